import { randomInt } from 'node:crypto'
import type { Smsc } from '@heliograph/simulator/smsc'
import type { FastifyInstance } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import { createKeyring } from './accounts/keyring.ts'
import { apiKeyRoutes } from './api/console/apiKeys.ts'
import { explainMessage } from './api/console/explainMessage.ts'
import { explainTextRoute } from './api/console/explainText.ts'
import { listMessagesRoute } from './api/console/listMessages.ts'
import { conversion } from './api/sms/conversion.ts'
import { messageStatus } from './api/sms/messageStatus.ts'
import { renderReceiptCallback } from './api/sms/renderReceiptCallback.ts'
import { sendSms } from './api/sms/sendSms.ts'
import type { Carrier, CarrierEvents } from './carriers/carrier.ts'
import { createSmppCarrier } from './carriers/smpp/smppCarrier.ts'
import { openStore } from './cli/openStore.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { GroupCommit } from './db/groupCommit.ts'
import { migrate } from './db/migrate.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { markOpenings } from './dispatch/markOpenings.ts'
import { NodeHeartbeat } from './dispatch/nodes.ts'
import { NO_ROUTE } from './dispatch/planNext.ts'
import { recordOutcomes } from './dispatch/recordOutcomes.ts'
import { apiDocs } from './http/apiDocs.ts'
import { health } from './http/health.ts'
import { createRateLimit } from './http/rateLimit.ts'
import { createHttpServer } from './http/server.ts'
import { createIds } from './ids.ts'
import { createLog, type Logger } from './log.ts'
import { acceptMessages } from './messages/acceptMessages.ts'
import type { AnnounceFinal } from './messages/changeStatus.ts'
import { composeMessage, type SmsToAccept } from './messages/composeMessage.ts'
import type { Lifetimes } from './messages/lifetimes.ts'
import type { Message } from './messages/message.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { loadNodeId } from './nodeId.ts'
import { createNetworkTable } from './numbers/network.ts'
import { OrphanMatcher } from './receipts/orphans.ts'
import { recordReceipts } from './receipts/recordReceipts.ts'
import { createRouting } from './routing/chooseCarriers.ts'
import { createPriceList } from './routing/findPrice.ts'
import { demoKeyOf, loadSecret } from './secrets.ts'
import { announce } from './webhooks/announce.ts'
import { WebhookEngine } from './webhooks/engine.ts'
import { checkCallbackUrl } from './webhooks/guard.ts'
import { UndiciSender } from './webhooks/undiciSender.ts'

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
  const db = await openStore(config, { shared: false })
  const stops: (() => Promise<void> | void)[] = [() => db.close()]
  try {
    await migrate(db)
    const url = await run({ config, clock, log, db, stops })
    return { url, stop: () => stopAll(stops) }
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

/** Last started, first stopped. */
async function stopAll(stops: (() => Promise<void> | void)[]): Promise<void> {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
}

interface Parts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly db: Database
  /** What to do to stop, in the order of starting. */
  readonly stops: (() => Promise<void> | void)[]
}

async function run({ config, clock, log, db, stops }: Parts): Promise<string> {
  const metrics = createMetrics()
  const nodeId = await loadNodeId(config)
  const secret = await loadSecret(config)
  const newId = createIds(clock)
  const lifetimes: Lifetimes = { messageRetentionMs: config.retention.messagesDays * DAY_MS }
  const trouble = (error: unknown, where: string) => log.error({ err: error, where }, 'trouble')
  let baseUrl = ''

  const commits = new GroupCommit({ db, clock, observe: (commit) => observeCommit(metrics, commit) })
  const webhookSender = new UndiciSender({
    clock,
    userAgent: `Heliograph/${packageJson.version}`,
    allowPrivateNetworks: config.webhooks.allowPrivateNetworks,
  })

  const announceFinal: AnnounceFinal = (tx, finished) => {
    const deliveries = finished.flatMap((view) => {
      const callback = renderReceiptCallback(view, baseUrl)
      if (callback === null) return []
      const { id, accountId } = view.message
      return [
        { ...callback, id: newId(), accountId, messageId: id, event: 'message.status', ladder: 'receipt' as const },
      ]
    })
    announce(tx, deliveries, { nodeId, now: clock.now() })
    return () => webhooks.offer(deliveries)
  }

  const simulator = await startSimulator(config, stops)
  const routesFor = createRouting(config.routes)
  const priceOf = createPriceList(config.prices)
  const networks = createNetworkTable(config.networks)
  const carriers = new Map<string, Carrier>()
  const dispatcher = new Dispatcher({
    db,
    clock,
    nodeId,
    carriers,
    routesFor,
    lifetimes,
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    observe: (event) => {
      if (event.kind === 'outcome') metrics.submissions.inc({ carrier: event.carrierId, outcome: event.outcome })
      else if (event.kind === 'in doubt') metrics.inDoubt.inc({ carrier: event.carrierId }, event.messages)
      else trouble(event.error, 'dispatch')
    },
  })

  // Steps write in this order: what a submission became must be there before its receipt is looked up.
  const accepts = commits.add(acceptMessages({ dispatch: (messages) => dispatcher.dispatch(messages), announceFinal }))
  const openings = commits.add(markOpenings())
  const outcomes = commits.add(
    recordOutcomes({ announceFinal, keep: (plans, error) => dispatcher.keepOutcomes(plans, error) }),
  )
  const receipts = commits.add(
    recordReceipts({
      lifetimes,
      announceFinal,
      observe: ({ matched, orphaned }) => {
        metrics.receipts.inc({ match: 'matched' }, matched)
        metrics.receipts.inc({ match: 'orphan' }, orphaned)
      },
    }),
  )
  dispatcher.connect({ outcomes, openings })
  const webhooks = new WebhookEngine({
    db,
    commits,
    clock,
    nodeId,
    sender: webhookSender,
    retentionMs: config.retention.webhooksDays * DAY_MS,
    log,
    observe: {
      attempt: ({ event, outcome, durationMs }) => {
        metrics.callbacks.inc({ event, outcome })
        metrics.callbackSeconds.observe(durationMs / 1000)
      },
      expired: (count) => metrics.callbacksExpired.inc(count),
      backlog: ({ waiting, queued, open }) => {
        metrics.callbacksWaiting.set({ place: 'table' }, waiting)
        metrics.callbacksWaiting.set({ place: 'memory' }, queued + open)
      },
    },
  })

  const events: CarrierEvents = {
    room: (carrierId) => dispatcher.carrierHasRoom(carrierId),
    receipt: (receipt, answer) => {
      const entry = { id: newId(), receipt, receivedAt: clock.now(), orphan: false, answer }
      if (!receipts.push(entry)) answer(false)
    },
    // Nothing here can keep it yet, so the carrier is asked to keep it: what is acknowledged is never lost.
    inbound: (_part, answer) => answer(false),
  }
  for (const carrier of config.carriers) {
    const port = simulator !== null && carrier.id === SIMULATOR_CARRIER ? { port: simulator.port } : {}
    carriers.set(
      carrier.id,
      createSmppCarrier(
        { ...carrier, ...port },
        { clock, events, log: ({ event, ...fields }) => log.info(fields, event) },
      ),
    )
  }

  const heartbeat = new NodeHeartbeat({
    db,
    clock,
    nodeId,
    onDead: async (nodeIds) => {
      await dispatcher.freeLeasesOf(nodeIds)
    },
  })
  const orphans = new OrphanMatcher({ db, clock, receipts, trouble: (error) => trouble(error, 'orphans') })

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
  for (const carrier of carriers.values()) carrier.start()
  stops.push(async () => {
    dispatcher.pause()
    await Promise.all([...carriers.values()].map((carrier) => carrier.stop(CARRIER_DRAIN_MS)))
  })

  const keyring = createKeyring({
    db,
    clock,
    accounts: config.accounts,
    demoKey: config.demo ? demoKeyOf(secret) : null,
  })
  const callers = { keyring, rateLimit: createRateLimit(clock) }
  const http = createHttpServer({ bodyBytesMax: config.http.bodyBytesMax, trouble })
  await apiDocs(http, { version: packageJson.version, baseUrl: '/' })
  const compose = (order: SmsToAccept): Message => {
    const mccmnc = networks.find(order.recipient)?.mccmnc ?? null
    const routed = {
      accountId: order.accountId,
      gateway: order.gateway,
      sender: order.sender.value,
      recipient: order.recipient,
      mccmnc,
    }
    const now = clock.now()
    return composeMessage(order, {
      id: newId(),
      now,
      mccmnc,
      price: priceOf(routed, now),
      carrierId: routesFor(routed)[0] ?? null,
      noRoute: NO_ROUTE,
      lifetimes,
    })
  }
  await http.register(async (app) => {
    sendSms(app, {
      ...callers,
      clock,
      accounts: new Map(config.accounts.map((account) => [account.id, account])),
      baseUrl: () => baseUrl,
      checkCallbackUrl: (url) => checkCallbackUrl(url, config.webhooks),
      compose,
      accept: (acceptance) => {
        const { message } = acceptance
        if (accepts.length >= ACCEPTS_WAITING_MAX) {
          metrics.refused.inc()
          return false
        }
        const due = message.status === 'accepted' && message.scheduledAt === null
        const leased = due && dispatcher.hasRoomFor(message.carrierId)
        if (due && !leased) dispatcher.leftInTable(message.carrierId)
        const failed = (error: unknown) => {
          metrics.refused.inc()
          dispatcher.suspectStrays()
          acceptance.failed(error)
        }
        const accepted = (stored: Message) => {
          acceptedCount++
          acceptance.accepted(stored)
        }
        return accepts.push({ ...acceptance, accepted, failed, leasedBy: leased ? nodeId : null })
      },
    })
    messageStatus(app, { ...callers, db, baseUrl: () => baseUrl })
    conversion(app, { ...callers, db, clock })
    listMessagesRoute(app, { ...callers, db, clock, baseUrl: () => baseUrl })
    explainMessage(app, { ...callers, db, baseUrl: () => baseUrl })
    explainTextRoute(app, callers)
    apiKeyRoutes(app, { ...callers, db, clock })
    health(app, { db, metrics, carriers: healths, sample })
  })
  if (simulator !== null) await mountSimulator(http, simulator)

  let acceptedCount = 0
  let acceptedShown = 0
  function healths() {
    return [...carriers.values()].map((carrier) => ({ id: carrier.id, health: carrier.health() }))
  }
  function sample(): void {
    metrics.accepted.inc(acceptedCount - acceptedShown)
    acceptedShown = acceptedCount
    metrics.commitWaiting.set(commits.waiting)
    for (const { id, health: state } of healths()) {
      metrics.waiting.set({ carrier: id }, dispatcher.waiting(id))
      metrics.carrierBinds.set({ carrier: id }, state.bindsUp)
      metrics.carrierInFlight.set({ carrier: id }, state.inFlight)
    }
  }

  stops.push(() => http.close())
  baseUrl = await http.listen({ host: config.http.host, port: config.http.port })
  log.info({ url: baseUrl, store: db.engine, carriers: carriers.size, node: nodeId }, 'started')
  return baseUrl
}

const DAY_MS = 86_400_000
const RANDOM_STEPS = 2 ** 32
const SIMULATOR_CARRIER = 'simulator'
/** Messages whose callers wait for the commit; more are answered 503. */
const ACCEPTS_WAITING_MAX = 10_000
/** Together with the last commits below the 10 s in which a stop is promised. */
const CARRIER_DRAIN_MS = 4_000
const WEBHOOK_DRAIN_MS = 3_000

async function startSimulator(config: Config, stops: Parts['stops']): Promise<Smsc | null> {
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
