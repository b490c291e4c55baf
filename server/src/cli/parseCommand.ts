import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { isScope, SCOPES, SCOPES_DEFAULT, type Scope } from '../accounts/scopes.ts'
import type { ConfigFlags } from '../config.ts'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'start' | 'migrate' | 'doctor'; readonly flags: ConfigFlags }
  | { readonly kind: 'create key'; readonly flags: ConfigFlags; readonly key: WantedKey }
  | { readonly kind: 'list keys'; readonly flags: ConfigFlags; readonly accountId: string | null }
  | { readonly kind: 'revoke key'; readonly flags: ConfigFlags; readonly keyId: string }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'misuse'; readonly message: string }

export interface WantedKey {
  readonly accountId: string
  readonly scopes: readonly Scope[]
  readonly name: string | null
}

export function parseCommand(words: readonly string[]): Command {
  const [command, ...rest] = words
  if (rest.includes('--help')) return { kind: 'help' }
  try {
    return parseNamed(command ?? 'help', rest)
  } catch (error) {
    if (error instanceof Misuse) return { kind: 'misuse', message: error.message }
    // Node's first sentence says what is wrong; the next explain the syntax of arguments in general.
    if (isParseArgsError(error)) return { kind: 'misuse', message: error.message.replace(/\. .*/s, '') }
    throw error
  }
}

export const USAGE = `Usage: heliograph COMMAND [OPTIONS]

  start                   Start the server. Without a configuration file: a demo with a simulated carrier.
  migrate                 Bring the database up to this version, without starting.
  keys create             Make an API key and print it, once.
      --account ID        Whose key it is (required).
      --scopes A,B        What it may do: ${SCOPES.join(', ')}. All but admin by default.
      --name TEXT         What it is for.
  keys list [--account ID]
  keys revoke KEY_ID      End a key; running servers refuse it within a second.
  doctor                  Check Node, configuration, data folder, store and carriers.

Options of every command:
  --config FILE           The configuration file (HELIOGRAPH_CONFIG).
  --data DIR              The data folder, ./data by default (HELIOGRAPH_DATA).
Options of start:
  --host ADDRESS          Where to listen, 127.0.0.1 by default (HOST).
  --port NUMBER           8080 by default, 0 for any free port (PORT).
`

function parseNamed(command: string, rest: readonly string[]): Command {
  switch (command) {
    case 'start':
      return { kind: 'start', flags: readOptions(rest, { ...COMMON, ...LISTENING }).values }
    case 'migrate':
    case 'doctor':
      return { kind: command, flags: readOptions(rest, COMMON).values }
    case 'keys':
      return parseKeys(rest)
    case 'help':
    case '--help':
    case '-h':
      return { kind: 'help' }
    case 'version':
    case '--version':
      return { kind: 'version' }
    default:
      throw new Misuse(`Unknown command "${command}"`)
  }
}

function parseKeys([verb, ...rest]: readonly string[]): Command {
  switch (verb) {
    case 'create': {
      const { account, scopes, name, ...flags } = readOptions(rest, { ...COMMON, ...NEW_KEY }).values
      if (account === undefined) throw new Misuse('keys create needs --account ID')
      return { kind: 'create key', flags, key: { accountId: account, scopes: readScopes(scopes), name: name ?? null } }
    }
    case 'list': {
      const { account, ...flags } = readOptions(rest, { ...COMMON, account: TEXT }).values
      return { kind: 'list keys', flags, accountId: account ?? null }
    }
    case 'revoke': {
      const { values: flags, positionals } = readOptions(rest, COMMON, 1)
      const [keyId] = positionals
      if (keyId === undefined) throw new Misuse('keys revoke needs the id of a key, as keys list shows it')
      return { kind: 'revoke key', flags, keyId }
    }
    default:
      throw new Misuse('keys needs one of: create, list, revoke')
  }
}

const TEXT = { type: 'string' } as const
const COMMON = { config: TEXT, data: TEXT }
const LISTENING = { host: TEXT, port: TEXT }
const NEW_KEY = { account: TEXT, scopes: TEXT, name: TEXT }

function readOptions<Options extends ParseArgsOptionsConfig>(
  words: readonly string[],
  options: Options,
  positionalsMax = 0,
) {
  const parsed = parseArgs({ args: [...words], options, strict: true, allowPositionals: true })
  const extra = parsed.positionals[positionalsMax]
  if (extra !== undefined) throw new Misuse(`Unexpected "${extra}"`)
  return parsed
}

function readScopes(text: string | undefined): readonly Scope[] {
  if (text === undefined) return SCOPES_DEFAULT
  return text.split(',').map((word) => {
    const scope = word.trim()
    if (!isScope(scope)) throw new Misuse(`Unknown scope "${scope}": expected ${SCOPES.join(', ')}`)
    return scope
  })
}

class Misuse extends Error {}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}
