import { access, constants, open, readdir, stat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CarrierConfig } from '../config/carriers.ts'
import { SIMULATOR_CARRIERS } from '../config/simulator.ts'
import type { Config } from '../config.ts'
import { openStore } from '../db/openStore.ts'
import { reasonOf } from '../operatorError.ts'
import { SECRET_CHARACTERS_MIN } from '../secrets.ts'

/** One finding, with what to do about it where something is to be done. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly about: string
  readonly text: string
}

/** Looks at everything the server needs, changes nothing, and prints a line for each; 1 when something fails. */
export async function doctor({
  config: read,
  print,
}: {
  config: () => Config
  print(line: string): void
}): Promise<number> {
  let failed = false
  const tell = ({ level, about, text }: Finding) => {
    failed ||= level === 'fail'
    print(`${level.padEnd(4)}  ${about.padEnd(10)}  ${text}`)
  }
  tell(checkNode(process.versions))
  const config = readConfig(read)
  if ('level' in config) {
    tell(config)
    return 1
  }
  for (const finding of checkConfig(config)) tell(finding)
  tell(await checkDataFolder(config.dataDirectory))
  tell(await checkSecret(config))
  tell(await checkStore(config))
  for (const finding of await Promise.all(config.carriers.map(checkCarrier))) tell(finding)
  return failed ? 1 : 0
}

function checkNode({ node, sqlite }: NodeJS.ProcessVersions): Finding {
  return ok('node', `${node} with SQLite ${sqlite}`)
}

function readConfig(read: () => Config): Config | Finding {
  try {
    return read()
  } catch (error) {
    return fail('config', error instanceof Error ? error.message : String(error))
  }
}

function checkConfig({ file, demo, accounts }: Config): Finding[] {
  const found = demo
    ? warn('config', 'no configuration file: start runs the demo')
    : ok('config', `${file}, ${accounts.length} accounts`)
  const nobody = accounts.length === 0 ? [warn('accounts', 'none: nobody can use the API')] : []
  const short = accounts.flatMap(({ id, apiKeys }) =>
    apiKeys.some(({ key }) => key.length < KEY_CHARACTERS_SAFE)
      ? [
          warn(
            'keys',
            `account ${id} has a key of less than ${KEY_CHARACTERS_SAFE} characters: make one with keys create`,
          ),
        ]
      : [],
  )
  return [found, ...nobody, ...short]
}

/** Shorter ones can be guessed sooner or later. */
const KEY_CHARACTERS_SAFE = 20

async function checkDataFolder(directory: string): Promise<Finding> {
  try {
    if (!(await exists(directory))) {
      await access(await nearestFolder(directory), constants.W_OK)
      return warn('data', `${directory} does not exist yet: start makes it`)
    }
    await writeSynced(join(directory, `.doctor-${process.pid}`))
    return ok('data', `${directory} can be written and synced`)
  } catch (error) {
    return fail('data', `${directory}: ${reasonOf(error)}`)
  }
}

async function nearestFolder(directory: string): Promise<string> {
  const parent = dirname(directory)
  return parent === directory || (await exists(parent)) ? parent : nearestFolder(parent)
}

async function writeSynced(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile('x')
    await file.sync()
  } finally {
    await file.close()
    await unlink(path)
  }
}

async function checkSecret({ secret, dataDirectory }: Config): Promise<Finding> {
  if (secret !== null) return ok('secret', 'from HELIOGRAPH_SECRET')
  const path = join(dataDirectory, 'secret')
  if (!(await exists(path))) return warn('secret', `${path} does not exist yet: start makes it`)
  const { mode, size } = await stat(path)
  if (size < SECRET_CHARACTERS_MIN) return fail('secret', `${path} is damaged: restore it from a backup`)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    return warn('secret', `others can read ${path}: chmod 600 it`)
  return ok('secret', path)
}

async function checkStore(config: Config): Promise<Finding> {
  const { url } = config.store
  if (url === null && !(await exists(join(config.dataDirectory, 'heliograph.db')))) {
    return warn('store', 'no database yet: start makes it')
  }
  try {
    const missing = await missingMigrations(config)
    const name = url === null ? 'SQLite' : 'PostgreSQL'
    if (missing.length === 0) return ok('store', `${name} answers and is up to date`)
    return warn('store', `${name} answers and lacks ${missing.join(', ')}: start or migrate applies them`)
  } catch (error) {
    return fail('store', reasonOf(error))
  }
}

async function missingMigrations(config: Config): Promise<string[]> {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4))
  const db = await openStore(config, { shared: true })
  try {
    const tables = await db.read(db.engine === 'sqlite' ? TABLE_IN_SQLITE : TABLE_IN_POSTGRES)
    const rows = tables.length === 0 ? [] : await db.read<{ name: string }>('select name from migrations')
    const applied = new Set(rows.map(({ name }) => name))
    return files.filter((file) => !applied.has(file)).toSorted()
  } finally {
    await db.close()
  }
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
const TABLE_IN_SQLITE = "select name from sqlite_master where type = 'table' and name = 'migrations'"
const TABLE_IN_POSTGRES = "select 'migrations' as name where to_regclass('migrations') is not null"

async function checkCarrier(carrier: CarrierConfig): Promise<Finding> {
  const { id } = carrier
  if (SIMULATOR_CARRIERS.includes(id)) return ok('carrier', `${id}, inside the server`)
  const { host, port } = addressOf(carrier)
  const problem = await connectProblem(host, port)
  return problem === null
    ? ok('carrier', `${id} answers at ${host}:${port}`)
    : fail('carrier', `${id} at ${host}:${port}: ${problem}`)
}

function addressOf(carrier: CarrierConfig): { host: string; port: number } {
  if (carrier.type === 'smpp') return { host: carrier.host, port: carrier.port ?? 2775 }
  const { hostname, port, protocol } = new URL(carrier.baseUrl ?? 'https://api.twilio.com')
  return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** Null when a TCP connection opens in time; whether the SMSC takes the bind is not asked, some count bad ones. */
function connectProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS })
    const settle = (problem: string | null) => {
      socket.destroy()
      resolve(problem)
    }
    socket.on('connect', () => settle(null))
    socket.on('timeout', () => settle(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`))
    socket.on('error', (error) => settle(reasonOf(error)))
  })
}

const CONNECT_TIMEOUT_MS = 3_000

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function ok(about: string, text: string): Finding {
  return { level: 'ok', about, text }
}

function warn(about: string, text: string): Finding {
  return { level: 'warn', about, text }
}

function fail(about: string, text: string): Finding {
  return { level: 'fail', about, text }
}
