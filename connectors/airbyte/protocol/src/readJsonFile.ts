import { open } from 'node:fs/promises'
import { ConfigError } from './source.ts'

/**
 * @param what the file is to the user, such as "config". The messages name its path, never what is in it.
 * @throws ConfigError for a file that cannot be read, is too large, or is not JSON.
 */
export async function readJsonFile(what: string, path: string): Promise<unknown> {
  const text = await readText(what, path)
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError(`The ${what} file ${path} is not JSON`)
  }
}

async function readText(what: string, path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > FILE_BYTES_MAX) {
      throw new ConfigError(`The ${what} file ${path} has ${size} bytes; at most ${FILE_BYTES_MAX} are read`)
    }
    return (await file.readFile('utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ConfigError(`The ${what} file ${path} cannot be read: ${reason}`)
  }
}

/** Catalogs of hundreds of streams and states of thousands of partitions are a few megabytes. */
const FILE_BYTES_MAX = 268_435_456
