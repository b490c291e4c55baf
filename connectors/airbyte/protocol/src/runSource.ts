import type { Source } from './source.ts'

/**
 * Runs one command of the protocol (spec, check, discover, read) and resolves to the exit code, which it also leaves in
 * `process.exitCode`: 0 done, 1 something failed, 143 stopped by SIGTERM, 130 by SIGINT.
 */
export async function runSource<Config>(_source: Source<Config>, _argv = process.argv.slice(2)): Promise<number> {
  throw new Error('Not written yet')
}
