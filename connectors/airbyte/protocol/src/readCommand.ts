import { parseArgs } from 'node:util'
import { ConfigError } from './source.ts'

/** Which command was asked for, and the paths of its files. */
export type Command =
  | { readonly kind: 'spec' }
  | { readonly kind: 'check' | 'discover'; readonly configPath: string; readonly isDebugging: boolean }
  | {
      readonly kind: 'read'
      readonly configPath: string
      readonly catalogPath: string
      readonly statePath: string | null // null: the first sync
      readonly isDebugging: boolean
    }

/** @param argv without the program's own name. @throws ConfigError for unknown commands and options, and missing ones. */
export function readCommand(argv: readonly string[]): Command {
  const { values, positionals } = parsed(argv)
  const [kind, ...rest] = positionals
  if (kind === undefined) throw new ConfigError(`No command was given. ${USAGE}`)
  if (rest.length > 0) throw new ConfigError(`"${rest.join(' ')}" is one argument too many. ${USAGE}`)
  const required = (name: 'config' | 'catalog') => {
    const path = values[name]
    if (path === undefined || path === '') throw new ConfigError(`"${kind}" needs --${name} and a path. ${USAGE}`)
    return path
  }
  const isDebugging = values.debug ?? false
  switch (kind) {
    case 'spec':
      return { kind }
    case 'check':
    case 'discover':
      return { kind, configPath: required('config'), isDebugging }
    case 'read':
      return {
        kind,
        configPath: required('config'),
        catalogPath: required('catalog'),
        statePath: values.state ?? null,
        isDebugging,
      }
    default:
      throw new ConfigError(`"${kind}" is no command. ${USAGE}`)
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        catalog: { type: 'string' },
        state: { type: 'string' },
        debug: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}. ${USAGE}`)
  }
}

const USAGE =
  'Commands: spec | check --config FILE | discover --config FILE | read --config FILE --catalog FILE [--state FILE]; ' +
  '--debug logs more.'
