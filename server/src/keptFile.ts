import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The text of a small file that is made once and then kept, readable by its owner only. Several processes may ask at
 * the same time: all get the text of the one that was first, and a crash leaves either the whole file or none. The
 * folder is made too if it is missing.
 */
export async function readOrKeep(path: string, make: () => string): Promise<string> {
  const present = await readIfThere(path)
  if (present !== null) return present
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await linkWhole(path, make())
  return readFile(path, 'utf8')
}

/** Null when there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Writes beside and links the synced file to its name: a link never replaces what another process put there first. */
async function linkWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await link(unfinished, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await file.close()
    await unlink(unfinished)
  }
  await syncFolder(dirname(path))
}

/** The name of a file is safe only once its folder is synced. Windows cannot open folders and needs no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
