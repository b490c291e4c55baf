import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import type { Account } from './accounts/account.ts'
import { DEMO_ACCOUNT } from './accounts/demoAccount.ts'
import { readAccounts } from './config/accounts.ts'
import { type CarrierConfig, completeRoutes, readCarriers } from './config/carriers.ts'
import { digitsOf } from './config/fields.ts'
import { readPrices } from './config/prices.ts'
import { type Findings, readBySchema, readIfRight } from './config/readBySchema.ts'
import { type ConfigNode, EMPTY_MAP, type Environment, readYaml, textNode } from './config/readYaml.ts'
import { knownIds, readRoutes } from './config/routes.ts'
import { ConfigFile, LogLevel } from './config/schema.ts'
import type { SimulatorConfig } from './config/simulator.ts'
import type { MediaSettings } from './media/config.ts'
import { OperatorError, reasonOf } from './operatorError.ts'
import type { GuardSettings } from './otp/guard/config.ts'
import type { Route } from './routing/chooseCarriers.ts'
import type { Price } from './routing/findPrice.ts'

/** Everything the operator decides, complete and checked. Times in the unit of their name, nothing here changes later. */
export interface Config {
  /** True without a config file: simulator, demo account and key, webhooks to loopback. */
  readonly demo: boolean
  readonly file: string | null // null: none was named
  /** Absolute. */
  readonly dataDirectory: string
  readonly logLevel: Static<typeof LogLevel>
  readonly secret: string | null // null: kept in the data folder
  readonly http: {
    readonly host: string
    readonly port: number
    /** Without a slash at its end. */
    readonly publicUrl: string | null // null: as it listens
    readonly bodyBytesMax: number
  }
  readonly webhooks: { readonly allowPrivateNetworks: boolean }
  readonly accounts: readonly Account[]
  readonly carriers: readonly CarrierConfig[]
  readonly routes: readonly Route[]
  readonly prices: readonly Price[]
  readonly networks: readonly NetworkRow[]
  /** Null: it does not run. With smppPort 0 the port is known once it listens; the carrier 'simulator' has it as 0 too. */
  readonly simulator: SimulatorConfig | null
  readonly store: { readonly url: string | null } // null: SQLite in the data folder
  readonly node: { readonly id: string | null } // null: kept in the data folder
  /** Limits of one-time codes, and how their abuse is recognised. */
  readonly otp: GuardSettings
  readonly media: MediaSettings
  readonly chat: { readonly stepWaitSeconds: number }
  readonly retention: { readonly messagesDays: number; readonly webhooksDays: number }
}

/** An operator's own row of the network table, over the built-in ones. */
export interface NetworkRow {
  /** First digits of the number, without +. */
  readonly prefix: string
  readonly mccmnc: string
  readonly name?: string
}

/** What was given on the command line; it goes before the environment, which goes before the file. */
export interface ConfigFlags {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly host?: string | undefined
  readonly port?: string | undefined
}

/** Every mistake of a configuration at once, each with its path and what was expected. */
export class ConfigError extends OperatorError {
  override name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(source: string, problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super(`${source} has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** The one reader of flags, environment and file. Throws ConfigError that names everything that is wrong. */
export function loadConfig({ flags = {}, environment }: { flags?: ConfigFlags; environment: Environment }): Config {
  const file = flags.config ?? given(environment.HELIOGRAPH_CONFIG)
  const root = file === null ? EMPTY_MAP : readFile(file, environment)
  const findings: Findings = { problems: [], paths: new WeakMap(), incompleteLists: new Set() }
  const written = readBySchema(ConfigFile, root, '', findings)
  const outer = readOuter(flags, environment, findings)
  const carriers = readCarriers(written, findings)
  const accounts = readAccounts(written.accounts, written.webhooks, findings)
  const known = {
    carriers: knownIds('carriers', idsOf(carriers.all), findings),
    accounts: knownIds('accounts', idsOf(accounts), findings),
  }
  const demo = file === null
  const config: Config = {
    demo,
    file,
    dataDirectory: resolve(flags.data ?? given(environment.HELIOGRAPH_DATA) ?? './data'),
    logLevel: outer.logLevel,
    secret: outer.secret,
    http: {
      host: outer.host ?? written.http.host,
      port: outer.port ?? written.http.port,
      publicUrl: written.http.publicUrl ?? null,
      bodyBytesMax: written.http.bodyBytesMax,
    },
    webhooks: { allowPrivateNetworks: demo || written.webhooks.allowPrivateNetworks },
    accounts: demo ? [DEMO_ACCOUNT] : accounts,
    carriers: carriers.all,
    routes: completeRoutes(written.routes ? readRoutes(written.routes, known, findings) : null, carriers.all),
    prices: readPrices(written.prices, known, findings),
    networks: written.networks.map((row) => ({ ...row, prefix: digitsOf(row.prefix) })),
    simulator: carriers.simulator,
    store: { url: outer.databaseUrl ?? written.store.url ?? null },
    node: { id: written.node.id ?? null },
    otp: written.otp,
    media: written.media,
    chat: written.chat,
    retention: written.retention,
  }
  if (findings.problems.length > 0) throw new ConfigError(file ?? 'The configuration', findings.problems)
  return deepFreeze(config)
}

/** What the command line and the environment say over the file. */
function readOuter(flags: ConfigFlags, environment: Environment, findings: Findings) {
  const { port } = ConfigFile.properties.http.properties
  const { url } = ConfigFile.properties.store.properties
  return {
    host: flags.host ?? given(environment.HOST),
    port: readText(port, '--port', flags.port, findings) ?? readText(port, 'PORT', environment.PORT, findings),
    logLevel: readText(LogLevel, 'LOG_LEVEL', environment.LOG_LEVEL, findings) ?? 'info',
    databaseUrl: readText(url, 'DATABASE_URL', environment.DATABASE_URL, findings),
    secret: readText(Secret, 'HELIOGRAPH_SECRET', environment.HELIOGRAPH_SECRET, findings),
  }
}

const Secret = Type.String({ minLength: 32, expected: 'at least 32 characters' })

function readText<Schema extends TSchema>(
  schema: Schema,
  name: string,
  text: string | undefined,
  findings: Findings,
): Static<Schema> | null {
  if (given(text) === null) return null
  return readIfRight(schema, textNode(text ?? ''), name, findings) ?? null
}

/** A variable set to nothing is as good as not set. */
function given(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text
}

function readFile(file: string, environment: Environment): ConfigNode {
  const { root, problems } = readYaml(textOf(file), environment)
  if (problems.length > 0) throw new ConfigError(file, problems)
  return root
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new OperatorError(`Cannot read the configuration file ${file}: ${reasonOf(error)}`)
  }
}

function idsOf(entries: readonly { readonly id: string }[]): string[] {
  return entries.map(({ id }) => id)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
