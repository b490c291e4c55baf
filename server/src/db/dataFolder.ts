import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Creates the data folder if it is missing (0700, files 0600) and takes it for this process alone.
 * The lock is SQLite's exclusive lock on a file of its own: the system frees it when the process dies, however it
 * dies, and SQLite also knows of a second holder in the same process.
 * Throws an error that names the folder when it is taken.
 */
export function lockDataFolder(directory: string): { release(): void } {
  const path = join(directory, 'lock')
  createPrivateFile(path)
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    throw new Error(
      `The data folder ${resolve(directory)} is in use by another Heliograph: stop it first, or name another folder`,
      { cause: error },
    )
  }
  return { release: () => db.close() }
}

/** Makes sure that the file and its folder exist; new ones can be entered and read by their owner only. */
export function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    // Only ever created here, never opened: closing a second descriptor would drop the locks this process holds.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error
    }
  }
}
