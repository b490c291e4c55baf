import { AssertionError } from 'node:assert'
import packageJson from '../package.json' with { type: 'json' }
import { doctor } from './cli/doctor.ts'
import { createKey, listKeys, revokeKey } from './cli/keys.ts'
import { type Command, parseCommand, USAGE } from './cli/parseCommand.ts'
import { start } from './cli/start.ts'
import { type ConfigFlags, loadConfig } from './config.ts'
import { migrate } from './db/migrate.ts'
import { openStore } from './db/openStore.ts'

if (import.meta.main) process.exitCode = await runCommand(process.argv.slice(2))

/** Runs one command and gives the exit code: 0 done, 1 failed, 2 the command line was wrong. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const command = parseCommand(words)
  if (command.kind === 'misuse') {
    process.stderr.write(`heliograph: ${command.message}\n\n${USAGE}`)
    return 2
  }
  try {
    return await perform(command)
  } catch (error) {
    process.stderr.write(`heliograph: ${isBug(error) ? error.stack : messageOf(error)}\n`)
    return 1
  }
}

async function perform(command: Exclude<Command, { kind: 'misuse' }>): Promise<number> {
  switch (command.kind) {
    case 'start':
      await start(configOf(command.flags))
      return 0
    case 'migrate':
      process.stdout.write(await migrateStore(command.flags))
      return 0
    case 'create key':
      process.stdout.write(await createKey(configOf(command.flags), command.key))
      return 0
    case 'list keys':
      process.stdout.write(await listKeys(configOf(command.flags), command.accountId))
      return 0
    case 'revoke key':
      process.stdout.write(await revokeKey(configOf(command.flags), command.keyId))
      return 0
    case 'doctor':
      return doctor({ config: () => configOf(command.flags), print: (line) => process.stdout.write(`${line}\n`) })
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'version':
      process.stdout.write(`${packageJson.version}\n`)
      return 0
  }
}

function configOf(flags: ConfigFlags) {
  return loadConfig({ flags, environment: process.env })
}

/** Not beside a running server: it would not know the new tables. */
async function migrateStore(flags: ConfigFlags): Promise<string> {
  const db = await openStore(configOf(flags), { shared: false })
  try {
    const applied = await migrate(db)
    return applied.length === 0 ? 'The database is up to date.\n' : applied.map((name) => `applied ${name}\n`).join('')
  } finally {
    await db.close()
  }
}

/** Mistakes of the operator and failures of the world have messages that stand alone; only a bug needs its stack. */
function isBug(error: unknown): error is Error {
  return [TypeError, RangeError, ReferenceError, SyntaxError, AssertionError].some((bug) => error instanceof bug)
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${error.port} is in use by another program: end that one, or choose another port (--port, http.port)`
  }
  return error.message
}
