import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Heliograph, startHeliograph } from '@heliograph/server/app'
import { loadConfig } from '@heliograph/server/config'
import { serveParent } from './serveParent.ts'

/** The server under test, as `heliograph start` runs it, with a data folder that goes when the bench goes. */
const folder = await mkdtemp(join(tmpdir(), 'heliograph-bench-'))
let server: Heliograph | null = null // null: not started yet

const commands = {
  /** Resolves with the port, once a carrier is bound. */
  async start(setup: ServerSetup): Promise<number> {
    const file = join(folder, 'heliograph.yaml')
    await writeFile(file, JSON.stringify(configOf(setup)))
    const environment = {
      LOG_LEVEL: 'warn',
      ...(setup.databaseUrl === null ? {} : { DATABASE_URL: setup.databaseUrl }),
    }
    server = await startHeliograph(loadConfig({ flags: { config: file, data: join(folder, 'data') }, environment }))
    await untilReady(server.url)
    return Number(new URL(server.url).port)
  },

  /** All threads of this process, since it started; a PostgreSQL server is not among them. */
  async usage(): Promise<ServerUsage> {
    const { user, system } = process.cpuUsage()
    return { cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() }
  },
}
export type ServerCommands = typeof commands

export interface ServerSetup {
  readonly apiKey: string
  readonly smscPort: number
  readonly databaseUrl: string | null // null: SQLite
}

export interface ServerUsage {
  readonly cpuMs: number
  readonly residentBytes: number
}

serveParent(commands, async () => {
  await server?.stop().catch((error: unknown) => console.error(error))
  await rm(folder, { recursive: true, force: true })
})

/**
 * JSON is YAML. Everything that is not said has the value it has for every operator; the limits of one-time codes count as
 * ever, but are out of reach.
 */
function configOf({ apiKey, smscPort }: ServerSetup) {
  return {
    http: { port: 0 },
    webhooks: { allowPrivateNetworks: true },
    otp: { limits: OTP_LIMITS },
    accounts: [{ id: 'bench', apiKeys: [{ key: apiKey }] }],
    carriers: [{ id: 'smsc', type: 'smpp', host: '127.0.0.1', port: smscPort, systemId: 'bench', password: 'bench' }],
  }
}

const OTP_LIMITS = {
  sendsPerNumber: 1_000,
  sendsPerPrefix: 10_000_000,
  sendsPerAccount: 10_000_000,
  failuresPerNumber: 1_000,
  failuresPerPrefix: 10_000_000,
  failuresPerAccount: 10_000_000,
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (performance.now() > deadline) throw new Error('no carrier was bound in time')
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))
  }
}

const READY_TIMEOUT_MS = 20_000
const READY_POLL_MS = 20
