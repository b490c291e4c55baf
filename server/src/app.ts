import { startEngine } from './app/engine.ts'
import type { Ground, Stop } from './app/ground.ts'
import { buildHttp } from './app/http.ts'
import { startOneTimeCodes } from './app/otp.ts'
import { mountSimulator, startSimulator } from './app/simulator.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { createRegisteredNumbers, type RegisteredNumbers } from './contacts/registeredNumbers.ts'
import { lockDataFolder } from './db/dataFolder.ts'
import { migrate } from './db/migrate.ts'
import { openStore } from './db/openStore.ts'
import { closeServer } from './http/closeServer.ts'
import { createIds } from './ids.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { loadNodeId } from './nodeId.ts'
import type { Sealer } from './sealer.ts'
import { deriveKey, loadSecret, open, type Secret, seal } from './secrets.ts'
import { Subscriptions } from './webhooks/subscriptions.ts'

export interface Heliograph {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  /** Stops accepting, lets what is open finish for a bounded time, hands the rest back, and closes the store. */
  stop(): Promise<void>
}

/** The one place where everything is built and connected. Listens only once the store is open and recovered. */
export async function startHeliograph(
  config: Config,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<Heliograph> {
  const log = createLog(config.logLevel)
  const stops: Stop[] = []
  // The embedded store locks the folder itself; elsewhere two nodes would share one name, and so their leases.
  if (config.store.url !== null) {
    const lock = lockDataFolder(config.dataDirectory)
    stops.push(() => lock.release())
  }
  try {
    const db = await openStore(config, { shared: false })
    stops.push(() => db.close())
    await migrate(db)
    const nodeId = await loadNodeId(config)
    const url = await run({ config, clock, log, db, nodeId, newId: createIds(clock), metrics: createMetrics(), stops })
    log.info({ listening: url, store: db.engine, carriers: config.carriers.length, node: nodeId }, 'started')
    return { url, stop: () => stopAll(stops) }
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

/** Last started, first stopped. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
}

async function run(ground: Ground): Promise<string> {
  const { config, clock, stops } = ground
  const simulator = await startSimulator(config, stops)
  let url = ''
  const baseUrl = () => config.http.publicUrl ?? url
  const registeredNumbers = await startRegisteredNumbers(ground)
  const secret = await loadSecret(config)
  const sealer = createSealer(secret, 'webhook endpoints')
  const subscriptions = await startSubscriptions(ground, sealer)
  const engine = await startEngine(ground, {
    simulator,
    registeredNumbers,
    subscriptions,
    sealers: {
      messages: createSealer(secret, 'message texts'),
      callbacks: createSealer(secret, 'chat callbacks'),
    },
    baseUrl,
  })
  const oneTimeCodes = startOneTimeCodes(ground, { ...engine, sealer: createSealer(secret, 'one-time codes') })
  const http = await buildHttp(ground, { engine, oneTimeCodes, registeredNumbers, subscriptions, sealer, baseUrl })
  if (simulator !== null) await mountSimulator(http, simulator, baseUrl)
  stops.push(() => closeServer(http, { clock, drainMs: HTTP_DRAIN_MS }))
  url = await http.listen({ host: config.http.host, port: config.http.port })
  // These may lead back to this server: the simulator plays their provider.
  const { voice, whatsapp } = engine.carriers
  for (const carrier of [...voice.values(), ...whatsapp.values()]) carrier.start()
  return url
}

async function startRegisteredNumbers({ db, clock, log, stops }: Ground): Promise<RegisteredNumbers> {
  const trouble = (error: unknown) => log.error({ err: error }, 'numbers.trouble')
  const registeredNumbers = createRegisteredNumbers({ db, clock, trouble })
  await registeredNumbers.start()
  stops.push(() => registeredNumbers.stop())
  return registeredNumbers
}

/** What is sealed for one purpose does not open for another. */
function createSealer(secret: Secret, purpose: string): Sealer {
  const key = deriveKey(secret, purpose)
  return { seal: (text, place) => seal(key, text, place), open: (sealed, place) => open(key, sealed, place) }
}

async function startSubscriptions({ db, clock, log, newId, stops }: Ground, sealer: Sealer): Promise<Subscriptions> {
  const trouble = (error: unknown) => log.error({ err: error }, 'webhook.trouble')
  const subscriptions = new Subscriptions({ db, clock, newId, sealer, trouble })
  await subscriptions.start()
  stops.push(() => subscriptions.stop())
  return subscriptions
}

/** Carriers and webhooks take their own time besides; a stop is promised within 10 s. */
const HTTP_DRAIN_MS = 2_000
