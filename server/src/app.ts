import { randomInt } from 'node:crypto'
import type { Smsc } from '@heliograph/simulator/smsc'
import type { FastifyInstance } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import { createKeyring } from './accounts/keyring.ts'
import { BYON_PREFIX, byonRoutes } from './api/byon/byonRoutes.ts'
import { apiKeyRoutes } from './api/console/apiKeys.ts'
import { explainInbound } from './api/console/explainInbound.ts'
import { explainMessage } from './api/console/explainMessage.ts'
import { explainTextRoute } from './api/console/explainText.ts'
import { listInboundRoute } from './api/console/listInbound.ts'
import { listMessagesRoute } from './api/console/listMessages.ts'
import { listNumbersRoute } from './api/console/listNumbers.ts'
import { optOutsRoute } from './api/console/optOuts.ts'
import { provisioningStatusRoute } from './api/console/provisioningStatus.ts'
import { setInboundRoute } from './api/console/setInbound.ts'
import { webhookDeliveryRoutes } from './api/console/webhookDeliveries.ts'
import { webhookEndpointRoutes } from './api/console/webhookEndpoints.ts'
import { conversion } from './api/sms/conversion.ts'
import { messageStatus } from './api/sms/messageStatus.ts'
import { renderInbound, renderInboundCallback } from './api/sms/renderInbound.ts'
import { renderMessage } from './api/sms/renderMessage.ts'
import { renderReceiptCallback } from './api/sms/renderReceiptCallback.ts'
import { sendSms } from './api/sms/sendSms.ts'
import type { Carrier, CarrierEvents } from './carriers/carrier.ts'
import { createSmppCarrier } from './carriers/smpp/smppCarrier.ts'
import { openStore } from './cli/openStore.ts'
import { type Clock, systemClock } from './clock.ts'
import { SIMULATOR_CARRIER } from './config/simulator.ts'
import type { Config } from './config.ts'
import { createRegisteredNumbers, type RegisteredNumbers } from './contacts/registeredNumbers.ts'
import type { Database } from './db/database.ts'
import { lockDataFolder } from './db/dataFolder.ts'
import { type BatchQueue, GroupCommit } from './db/groupCommit.ts'
import { migrate } from './db/migrate.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { markOpenings } from './dispatch/markOpenings.ts'
import { NodeHeartbeat } from './dispatch/nodes.ts'
import { NO_ROUTE } from './dispatch/planNext.ts'
import { recordOutcomes } from './dispatch/recordOutcomes.ts'
import { apiDocs } from './http/apiDocs.ts'
import { closeServer } from './http/closeServer.ts'
import { errorResponseStyle } from './http/errorResponse.ts'
import { health } from './http/health.ts'
import { createRateLimit } from './http/rateLimit.ts'
import { createHttpServer } from './http/server.ts'
import { createIds } from './ids.ts'
import type { AnnounceInbound } from './inbound/inboundMessage.ts'
import type { InboundTally } from './inbound/keepInbound.ts'
import { OptOuts } from './inbound/optOuts.ts'
import { createOwners, type OwnerOf } from './inbound/owners.ts'
import { type InboundEntry, recordInbound } from './inbound/recordInbound.ts'
import { replyToKeyword } from './inbound/replyToKeyword.ts'
import { InboundSweeper } from './inbound/sweepSets.ts'
import { inSlices } from './inSlices.ts'
import { createLog, type Logger, maskNumber } from './log.ts'
import { acceptMessages } from './messages/acceptMessages.ts'
import type { FinalNews } from './messages/changeStatus.ts'
import { RecentSubmissions } from './messages/recentSubmissions.ts'
import { createSmsIntake } from './messages/smsIntake.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { loadNodeId } from './nodeId.ts'
import { createNetworkTable } from './numbers/network.ts'
import { parseNumber } from './numbers/parseNumber.ts'
import { OrphanMatcher } from './receipts/orphans.ts'
import { type ReceiptEntry, recordReceipts } from './receipts/recordReceipts.ts'
import { createRouting } from './routing/chooseCarriers.ts'
import { createPriceList } from './routing/findPrice.ts'
import { demoKeyOf, deriveKey, loadSecret, open, seal } from './secrets.ts'
import { announce } from './webhooks/announce.ts'
import type { NewDelivery } from './webhooks/delivery.ts'
import { WebhookEngine } from './webhooks/engine.ts'
import { checkCallbackUrl } from './webhooks/guard.ts'
import { HttpSender } from './webhooks/httpSender.ts'
import { releaseLeases } from './webhooks/leases.ts'
import type { Sealer } from './webhooks/sealer.ts'
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

type Stop = () => Promise<void> | void

/** Last started, first stopped. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
}

/** What most parts need. */
interface Ground {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly db: Database
  readonly nodeId: string
  readonly newId: () => string
  readonly metrics: Metrics
  /** What to do to stop, in the order of starting. */
  readonly stops: Stop[]
}

/** The engine below the APIs, running. */
interface Engine {
  readonly carriers: ReadonlyMap<string, Carrier>
  readonly dispatcher: Dispatcher
  readonly commits: GroupCommit
  readonly intake: ReturnType<typeof createSmsIntake>
}

async function run(ground: Ground): Promise<string> {
  const { config, clock, stops } = ground
  const simulator = await startSimulator(config, stops)
  let url = ''
  const baseUrl = () => config.http.publicUrl ?? url
  const registeredNumbers = await startRegisteredNumbers(ground)
  const sealer = await createSealer(config)
  const subscriptions = await startSubscriptions(ground, sealer)
  const engine = await startEngine(ground, { simulator, registeredNumbers, subscriptions, baseUrl })
  const http = await buildHttp(ground, { engine, registeredNumbers, subscriptions, sealer, baseUrl })
  if (simulator !== null) await mountSimulator(http, simulator)
  stops.push(() => closeServer(http, { clock, drainMs: HTTP_DRAIN_MS }))
  url = await http.listen({ host: config.http.host, port: config.http.port })
  return url
}

async function startRegisteredNumbers({ db, clock, log, stops }: Ground): Promise<RegisteredNumbers> {
  const trouble = (error: unknown) => log.error({ err: error }, 'numbers.trouble')
  const registeredNumbers = createRegisteredNumbers({ db, clock, trouble })
  await registeredNumbers.start()
  stops.push(() => registeredNumbers.stop())
  return registeredNumbers
}

async function createSealer(config: Config): Promise<Sealer> {
  const key = deriveKey(await loadSecret(config), 'webhook endpoints')
  return { seal: (text, place) => seal(key, text, place), open: (sealed, place) => open(key, sealed, place) }
}

async function startSubscriptions({ db, clock, log, newId, stops }: Ground, sealer: Sealer): Promise<Subscriptions> {
  const trouble = (error: unknown) => log.error({ err: error }, 'webhook.trouble')
  const subscriptions = new Subscriptions({ db, clock, newId, sealer, trouble })
  await subscriptions.start()
  stops.push(() => subscriptions.stop())
  return subscriptions
}

async function startEngine(
  ground: Ground,
  {
    simulator,
    registeredNumbers,
    subscriptions,
    baseUrl,
  }: {
    simulator: Smsc | null
    registeredNumbers: RegisteredNumbers
    subscriptions: Subscriptions
    baseUrl: () => string
  },
): Promise<Engine> {
  const { config, clock, log, db, nodeId, newId, metrics, stops } = ground
  const lifetimes = { messageRetentionMs: config.retention.messagesDays * DAY_MS }
  const routesFor = createRouting(config.routes)
  const carriers = new Map<string, Carrier>()
  const recent = new RecentSubmissions()
  const commits = new GroupCommit({ db, clock, observe: (commit) => observeCommit(metrics, commit) })
  const dispatcher = new Dispatcher({
    db,
    clock,
    nodeId,
    carriers,
    routesFor,
    lifetimes,
    recent,
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    isAlive: () => heartbeat.alive,
    observe(event) {
      if (event.kind === 'outcome') metrics.submissions.count(event.carrierId, event.outcome)
      else if (event.kind === 'in doubt') metrics.inDoubt.inc({ carrier: event.carrierId }, event.messages)
      else log.error({ err: event.error }, 'dispatch.trouble')
    },
  })
  const finalNews: FinalNews = {
    isOwed: ({ callbackUrl, accountId, sender }) =>
      callbackUrl !== null || subscriptions.subscribersOf(accountId, { ...STATUS_OF_SMS, number: sender }).length > 0,
    announce(tx, finished) {
      const deliveries = finished.flatMap((view): NewDelivery[] => {
        const { id: messageId, accountId, sender: number } = view.message
        const about = { accountId, messageId, event: STATUS_OF_SMS.event, ladder: 'receipt' } as const
        const body = () => JSON.stringify(renderMessage(view, baseUrl()))
        const subscribed = subscriptions.deliveriesFor({ ...about, ...STATUS_OF_SMS, number, body })
        const callback = renderReceiptCallback(view, baseUrl())
        return callback === null ? subscribed : [{ ...callback, ...about, id: newId() }, ...subscribed]
      })
      announce(tx, deliveries, { nodeId, now: clock.now() })
      return () => inSlices(deliveries, (delivery) => webhooks.offer([delivery]))
    },
  }

  // Steps write in this order: what became of a submission must be there before its receipt is looked up.
  const accepts = commits.add(acceptMessages({ dispatch: (messages) => dispatcher.dispatch(messages), finalNews }))
  const openings = commits.add(markOpenings())
  const outcomes = commits.add(
    recordOutcomes({ finalNews, keep: (plans, error) => dispatcher.keepOutcomes(plans, error) }),
  )
  const receipts = commits.add(
    recordReceipts({
      lifetimes,
      recent,
      finalNews,
      observe({ matched, orphaned }) {
        metrics.receipts.inc({ match: 'matched' }, matched)
        metrics.receipts.inc({ match: 'orphan' }, orphaned)
      },
    }),
  )
  const networks = createNetworkTable(config.networks)
  const optOuts = new OptOuts({
    db,
    clock,
    newId,
    reply: (reply) => replyToKeyword(intake, reply),
    trouble: (error) => log.error({ err: error }, 'inbound.trouble'),
  })
  const announceInbound: AnnounceInbound = (tx, received) => {
    const deliveries = received.flatMap(({ message, parts, owner }): NewDelivery[] => {
      if (owner === null) return []
      const { id: messageId, accountId, recipient: number } = message
      const about = { accountId, messageId, event: 'message.inbound', ladder: 'inbound' } as const
      const body = () => JSON.stringify(renderInbound(message, parts))
      const subscribed = subscriptions.deliveriesFor({ ...about, channel: 'sms', number, body })
      if (owner.target === null) return subscribed
      return [{ ...renderInboundCallback(message, parts, owner.target), ...about, id: newId() }, ...subscribed]
    })
    announce(tx, deliveries, { nodeId, now: clock.now() })
    return () => inSlices(deliveries, (delivery) => webhooks.offer([delivery]))
  }
  const keepsInbound = {
    newId,
    optOuts,
    announce: announceInbound,
    ownerOf: numberOwners(ground, { registeredNumbers, baseUrl }),
    networkOf(sender: string) {
      const number = parseNumber(sender)
      return number === null ? null : (networks.find(number)?.mccmnc ?? null)
    },
    observe: (tally: InboundTally) => observeInbound({ metrics, log }, tally),
  }
  const inbounds = commits.add(recordInbound(keepsInbound))
  const webhooks = buildWebhooks(ground, { commits, subscriptions })
  dispatcher.connect({ outcomes, openings })
  buildCarriers(ground, { simulator, carriers, events: carrierEvents(ground, { dispatcher, receipts, inbounds }) })
  const heartbeat = new NodeHeartbeat({
    db,
    clock,
    nodeId,
    async onDead(nodeIds) {
      await dispatcher.freeLeasesOf(nodeIds)
      await db.write((tx) => releaseLeases(tx, nodeIds))
    },
  })
  const orphans = new OrphanMatcher({
    db,
    clock,
    receipts,
    trouble: (error) => log.error({ err: error }, 'receipts.trouble'),
  })

  const sweeper = new InboundSweeper({
    ...keepsInbound,
    db,
    clock,
    retentionMs: lifetimes.messageRetentionMs,
    trouble: (error) => log.error({ err: error }, 'inbound.trouble'),
  })

  await heartbeat.start()
  stops.push(() => heartbeat.stop())
  await webhooks.start()
  stops.push(() => webhooks.stop(WEBHOOK_DRAIN_MS))
  await dispatcher.start()
  stops.push(async () => {
    await dispatcher.stop()
    await commits.drain()
  })
  orphans.start()
  stops.push(() => orphans.stop())
  await optOuts.start()
  stops.push(() => optOuts.stop())
  sweeper.start()
  stops.push(() => sweeper.stop())
  for (const carrier of carriers.values()) carrier.start()
  stops.push(async () => {
    dispatcher.pause()
    await Promise.all([...carriers.values()].map((carrier) => carrier.stop(CARRIER_DRAIN_MS)))
  })

  const intake = createSmsIntake({
    clock,
    newId,
    nodeId,
    lifetimes,
    networkOf: networks.find,
    routesFor,
    priceOf: createPriceList(config.prices),
    noRoute: NO_ROUTE,
    optedOut: (accountId, sender, recipient) => optOuts.has(accountId, sender, recipient),
    memory: dispatcher,
    queue: accepts,
    observe: { accepted: () => metrics.accepted.count(), refused: () => metrics.refused.inc() },
  })
  return { carriers, dispatcher, commits, intake }
}

/** What a final message is, as endpoints choose by it. */
const STATUS_OF_SMS = { event: 'message.status', channel: 'sms' } as const
const DAY_MS = 86_400_000
const RANDOM_STEPS = 2 ** 32
/** Together with the last commits below the 10 s in which a stop is promised. */
const HTTP_DRAIN_MS = 2_000
const CARRIER_DRAIN_MS = 3_500
const WEBHOOK_DRAIN_MS = 2_500

function buildWebhooks(
  { config, clock, log, db, nodeId, metrics }: Ground,
  { commits, subscriptions }: { commits: GroupCommit; subscriptions: Subscriptions },
): WebhookEngine {
  const { allowPrivateNetworks } = config.webhooks
  const userAgent = `Heliograph/${packageJson.version}`
  return new WebhookEngine({
    db,
    commits,
    clock,
    nodeId,
    subscriptions,
    sender: new HttpSender({ clock, userAgent, allowPrivateNetworks }),
    retentionMs: config.retention.webhooksDays * DAY_MS,
    log,
    observe: {
      attempt({ event, outcome, durationMs }) {
        metrics.callbacks.count(event, outcome)
        metrics.callbackSeconds.observe(durationMs / 1000)
      },
      expired: (count) => metrics.callbacksExpired.inc(count),
      backlog({ waiting, queued, open }) {
        metrics.callbacksWaiting.set({ place: 'table' }, waiting)
        metrics.callbacksWaiting.set({ place: 'memory' }, queued + open)
      },
    },
  })
}

function carrierEvents(
  { clock, newId }: Ground,
  {
    dispatcher,
    receipts,
    inbounds,
  }: { dispatcher: Dispatcher; receipts: BatchQueue<ReceiptEntry>; inbounds: BatchQueue<InboundEntry> },
): CarrierEvents {
  return {
    room: (carrierId) => dispatcher.carrierHasRoom(carrierId),
    receipt(receipt, answer) {
      const entry = { id: newId(), receipt, receivedAt: clock.now(), orphan: false, answer }
      if (!receipts.push(entry)) answer(false)
    },
    inbound(part, answer) {
      const hasRoom = inbounds.length < INBOUND_WAITING_MAX
      if (!hasRoom || !inbounds.push({ part, receivedAt: clock.now(), answer })) answer(false)
    },
  }
}

/** Inbound parts that wait for their commit; the carrier is asked to send more again. */
const INBOUND_WAITING_MAX = 10_000

/** Whose numbers are whose. In the demo all others are the demo account's, and the simulator's sink is called. */
function numberOwners(
  { config }: Ground,
  { registeredNumbers, baseUrl }: { registeredNumbers: RegisteredNumbers; baseUrl: () => string },
): OwnerOf {
  const [demo] = config.accounts
  const demoOwner = () =>
    config.demo && demo !== undefined
      ? { accountId: demo.id, target: { url: `${baseUrl()}/sim/v1/sink/inbound`, method: 'POST' as const } }
      : null
  return createOwners(config.accounts, (number) => registeredNumbers.ownerOf(number) ?? demoOwner())
}

function observeInbound(
  { metrics, log }: Pick<Ground, 'metrics' | 'log'>,
  { received, repeated, late }: InboundTally,
): void {
  const gaps = received.filter(({ message }) => message.missing > 0).length
  metrics.inbound.inc({ kind: 'whole' }, received.length - gaps)
  metrics.inbound.inc({ kind: 'gaps' }, gaps)
  metrics.inboundParts.inc({ kind: 'repeated' }, repeated)
  metrics.inboundParts.inc({ kind: 'late' }, late)
  const unowned = received.filter(({ owner }) => owner === null)
  const [first] = unowned
  if (first === undefined) return
  metrics.inboundUnowned.inc(unowned.length)
  const { carrierId, recipient } = first.message
  log.warn({ carrier: carrierId, to: maskNumber(recipient), messages: unowned.length }, 'inbound.unowned')
}

function buildCarriers(
  { config, clock, log }: Ground,
  { simulator, carriers, events }: { simulator: Smsc | null; carriers: Map<string, Carrier>; events: CarrierEvents },
): void {
  for (const carrier of config.carriers) {
    const port = simulator !== null && carrier.id === SIMULATOR_CARRIER ? { port: simulator.port } : {}
    const built = createSmppCarrier(
      { ...carrier, ...port },
      {
        clock,
        events,
        log: ({ event, ...fields }) => (event === 'carrier.bound' ? log.info(fields, event) : log.warn(fields, event)),
      },
    )
    carriers.set(carrier.id, built)
  }
}

async function buildHttp(
  { config, clock, log, db, newId, metrics }: Ground,
  {
    engine,
    registeredNumbers,
    subscriptions,
    sealer,
    baseUrl,
  }: {
    engine: Engine
    registeredNumbers: RegisteredNumbers
    subscriptions: Subscriptions
    sealer: Sealer
    baseUrl: () => string
  },
): Promise<FastifyInstance> {
  const { carriers, dispatcher, commits, intake } = engine
  const demoKey = config.demo ? demoKeyOf(await loadSecret(config)) : null
  const keyring = createKeyring({ db, clock, accounts: config.accounts, demoKey })
  const callers = { keyring, rateLimit: createRateLimit(clock) }
  const accounts = new Map(config.accounts.map((account) => [account.id, account]))
  const healths = () => [...carriers.values()].map(healthOf)
  const http = createHttpServer({
    bodyBytesMax: config.http.bodyBytesMax,
    trouble: (error, where) => log.error({ err: error, where }, 'http.trouble'),
    errorStyles: [errorResponseStyle(BYON_PREFIX, clock)],
  })
  await apiDocs(http, { version: packageJson.version, baseUrl: '/' })
  await http.register(async (app) => {
    const check = (callbackUrl: string) => checkCallbackUrl(callbackUrl, config.webhooks)
    const ownsNumber = registeredNumbers.isReadyFor
    sendSms(app, { ...callers, clock, accounts, ownsNumber, baseUrl, checkCallbackUrl: check, intake })
    messageStatus(app, { ...callers, db, baseUrl })
    conversion(app, { ...callers, db, clock })
    listMessagesRoute(app, { ...callers, db, clock, baseUrl })
    explainMessage(app, { ...callers, db, baseUrl })
    listInboundRoute(app, { ...callers, db })
    explainInbound(app, { ...callers, db })
    optOutsRoute(app, { ...callers, db })
    const endpointManagement = { db, clock, newId, sealer, subscriptions, checkCallbackUrl: check }
    webhookEndpointRoutes(app, { ...callers, ...endpointManagement })
    webhookDeliveryRoutes(app, { ...callers, db, clock })
    explainTextRoute(app, callers)
    apiKeyRoutes(app, { ...callers, db, clock })
    const configuredOwner = createConfiguredOwner(config.accounts)
    const newHexId = () => newId().replaceAll('-', '')
    app.register(async (byon) => byonRoutes(byon, { ...callers, db, clock, newId: newHexId, configuredOwner }))
    provisioningStatusRoute(app, { ...callers, db, clock, registeredNumbers, configuredOwner })
    listNumbersRoute(app, { ...callers, db, accounts })
    setInboundRoute(app, { ...callers, db, clock, accounts, registeredNumbers, checkCallbackUrl: check })
    health(app, { db, metrics, carriers: healths, sample: () => sample(metrics, { commits, dispatcher, healths }) })
  })
  return http
}

/** The account to which the configuration file gives a number; null: to none. */
function createConfiguredOwner(accounts: Config['accounts']): (number: string) => string | null {
  const owners = new Map(accounts.flatMap(({ id, numbers }) => numbers.map(({ number }) => [number, id] as const)))
  return (number) => owners.get(number) ?? null
}

/** Brings to the metrics what is only counted or looked up when somebody asks. */
function sample(
  metrics: Metrics,
  {
    commits,
    dispatcher,
    healths,
  }: Pick<Engine, 'commits' | 'dispatcher'> & { healths: () => ReturnType<typeof healthOf>[] },
): void {
  for (const tally of [metrics.accepted, metrics.submissions, metrics.callbacks]) tally.flush()
  metrics.commitWaiting.set(commits.waiting)
  for (const { id, health: state } of healths()) {
    metrics.waiting.set({ carrier: id }, dispatcher.waiting(id))
    metrics.carrierBinds.set({ carrier: id }, state.bindsUp)
    metrics.carrierInFlight.set({ carrier: id }, state.inFlight)
  }
}

function healthOf(carrier: Carrier) {
  return { id: carrier.id, health: carrier.health() }
}

async function startSimulator(config: Config, stops: Stop[]): Promise<Smsc | null> {
  if (config.simulator === null) return null
  // Loaded only where it runs.
  const { startSmsc } = await import('@heliograph/simulator/smsc')
  const smsc = await startSmsc({ host: config.simulator.host, port: config.simulator.smppPort })
  stops.push(() => smsc.close())
  return smsc
}

async function mountSimulator(app: FastifyInstance, smsc: Smsc): Promise<void> {
  const { simulatorRoutes } = await import('@heliograph/simulator/http')
  await app.register(simulatorRoutes, { smsc })
}

function observeCommit(metrics: Metrics, commit: { entries: number; milliseconds: number; failed: boolean }): void {
  metrics.commitEntries.observe(commit.entries)
  metrics.commitSeconds.observe(commit.milliseconds / 1000)
  if (commit.failed) metrics.commitsFailed.inc()
}
