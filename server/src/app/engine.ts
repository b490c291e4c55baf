import { randomInt } from 'node:crypto'
import type { Smsc } from '@heliograph/simulator/smsc'
import { createCallbacks, type RunningCallbacks } from '../callbacks/callbacks.ts'
import { chatFollower } from '../chat/chatFollower.ts'
import { recordChatInbound } from '../chat/recordChatInbound.ts'
import { recordSeen } from '../chat/recordSeen.ts'
import type { RegisteredNumbers } from '../contacts/registeredNumbers.ts'
import { GroupCommit, type ObservedCommit } from '../db/groupCommit.ts'
import { Dispatcher } from '../dispatch/dispatcher.ts'
import { markOpenings } from '../dispatch/markOpenings.ts'
import { NodeHeartbeat } from '../dispatch/nodes.ts'
import { NO_ROUTE } from '../dispatch/planNext.ts'
import { recordOutcomes } from '../dispatch/recordOutcomes.ts'
import type { InboundTally } from '../inbound/keepInbound.ts'
import { OptOuts } from '../inbound/optOuts.ts'
import { recordInbound } from '../inbound/recordInbound.ts'
import { replyToKeyword } from '../inbound/replyToKeyword.ts'
import { createInboundSweeper } from '../inbound/sweepSets.ts'
import type { RunningMedia } from '../media/createMedia.ts'
import { acceptMessages, createMessageWriter } from '../messages/acceptMessages.ts'
import { joinFollowers } from '../messages/follower.ts'
import { createMessageIntake, type MessageIntake } from '../messages/intake.ts'
import type { Message } from '../messages/message.ts'
import { RecentSubmissions } from '../messages/recentSubmissions.ts'
import type { Metrics } from '../metrics.ts'
import { createNetworkTable } from '../numbers/network.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { otpFollower } from '../otp/deliveryEvents.ts'
import { createOrphanMatcher } from '../receipts/orphans.ts'
import { recordReceipts } from '../receipts/recordReceipts.ts'
import { createPriceList } from '../routing/findPrice.ts'
import type { Sealer } from '../sealer.ts'
import type { NewDelivery } from '../webhooks/delivery.ts'
import { releaseLeases } from '../webhooks/leases.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import { carrierEvents } from './carrierEvents.ts'
import { buildCarriers, Carriers } from './carriers.ts'
import { buildChannels, channelRoutes } from './channels.ts'
import { type Conversations, chatDependencies, startConversations, whatsappOwner } from './conversations.ts'
import type { Ground } from './ground.ts'
import { numberOwners, observeChatInbound, observeInbound } from './inbound.ts'
import { buildMedia } from './media.ts'
import { createInboundNews, createStatusNews, joinInboundNews, oweDeliveries } from './news.ts'
import { buildWebhooks } from './webhooks.ts'

/** The engine below the APIs, running. */
export interface Engine {
  readonly carriers: Carriers
  readonly dispatcher: Dispatcher
  readonly commits: GroupCommit
  readonly intake: MessageIntake
  readonly callbacks: RunningCallbacks
  readonly conversations: Conversations
  readonly media: RunningMedia
}

/** Builds what lies below the APIs and starts it, store first, carriers last. */
export async function startEngine(
  ground: Ground,
  {
    simulator,
    registeredNumbers,
    subscriptions,
    sealers,
    baseUrl,
  }: {
    simulator: Smsc | null
    registeredNumbers: RegisteredNumbers
    subscriptions: Subscriptions
    sealers: { readonly messages: Sealer; readonly callbacks: Sealer }
    baseUrl: () => string
  },
): Promise<Engine> {
  const { config, clock, log, db, nodeId, newId, metrics, stops } = ground
  const lifetimes = { messageRetentionMs: config.retention.messagesDays * DAY_MS }
  const routesFor = channelRoutes(ground)
  const carriers = new Carriers()
  const recent = new RecentSubmissions()
  const commits = new GroupCommit({
    db,
    clock,
    observe(commit) {
      observeCommit(metrics, commit)
      // Whatever was in it may have made messages that are leased here without its being known.
      if (commit.lost) dispatcher.suspectStrays()
    },
  })
  const dispatcher = new Dispatcher({
    db,
    clock,
    nodeId,
    carriers: carriers.all,
    channel: buildChannels(ground, {
      carriers,
      routesFor,
      sealer: sealers.messages,
      mayHandOver: () => heartbeat.alive,
    }),
    routesFor,
    lifetimes,
    recent,
    random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
    observe(event) {
      if (event.kind === 'outcome') metrics.submissions.count(event.carrierId, event.outcome)
      else if (event.kind === 'in doubt') metrics.inDoubt.inc({ carrier: event.carrierId }, event.messages)
      else log.error({ err: event.error }, 'dispatch.trouble')
    },
  })
  const newsDependencies = {
    subscriptions,
    baseUrl,
    offer: (deliveries: readonly NewDelivery[]) => webhooks.offer(deliveries),
  }
  const callbacks = createCallbacks({
    db,
    clock,
    newId,
    sealer: sealers.callbacks,
    subscriptions,
    baseUrl,
    owe: (tx, deliveries) => oweDeliveries(ground, { tx, deliveries, offer: newsDependencies.offer }),
    trouble: (error) => log.error({ err: error }, 'callbacks.trouble'),
  })
  const chat = chatDependencies(ground, { intake: () => intake, callbacks })
  const follower = joinFollowers([
    createStatusNews(ground, newsDependencies),
    otpFollower({ newId }),
    chatFollower(chat),
  ])
  const dispatch = (messages: readonly Message[]) => dispatcher.dispatch(messages)
  const writeMessages = createMessageWriter({ dispatch, follower })

  // Steps write in this order: what became of a submission must be there before its receipt is looked up.
  const accepts = commits.add(acceptMessages(writeMessages))
  const openings = commits.add(markOpenings())
  const outcomes = commits.add(
    recordOutcomes({ follower, keep: (plans, error) => dispatcher.keepOutcomes(plans, error) }),
  )
  const receipts = commits.add(
    recordReceipts({
      lifetimes,
      recent,
      storeIsShared: db.engine === 'postgres',
      follower,
      observe({ matched, orphaned }) {
        metrics.receipts.inc({ match: 'matched' }, matched)
        metrics.receipts.inc({ match: 'orphan' }, orphaned)
      },
    }),
  )
  const seens = commits.add(recordSeen(chat))
  const networks = createNetworkTable(config.networks)
  const optOuts = new OptOuts({
    db,
    clock,
    newId,
    reply: (reply) => replyToKeyword(intake, reply),
    trouble: (error) => log.error({ err: error }, 'inbound.trouble'),
  })
  const ownerOf = numberOwners(ground, { registeredNumbers, baseUrl })
  const keepsInbound = {
    newId,
    optOuts,
    announce: joinInboundNews([createInboundNews(ground, newsDependencies), callbacks.announceInboundSms]),
    ownerOf,
    networkOf(sender: string) {
      const number = parseNumber(sender)
      return number === null ? null : (networks.find(number)?.mccmnc ?? null)
    },
    observe: (tally: InboundTally) => observeInbound({ metrics, log }, tally),
  }
  const inbounds = commits.add(recordInbound(keepsInbound))
  const media = buildMedia(ground, carriers)
  const chatInbounds = commits.add(
    recordChatInbound({
      newId,
      ownerOf: whatsappOwner(config, ownerOf),
      media,
      notify: callbacks.announce,
      observe: (tally) => observeChatInbound(ground, tally),
    }),
  )
  const webhooks = buildWebhooks(ground, { commits, subscriptions, sign: callbacks.sign })
  dispatcher.connect({ outcomes, openings })
  const events = carrierEvents(ground, { dispatcher, receipts, inbounds, seens, chatInbounds })
  buildCarriers(ground, carriers, { simulator, baseUrl, events, media })
  const heartbeat = new NodeHeartbeat({
    db,
    clock,
    nodeId,
    async onDead(nodeIds) {
      await dispatcher.freeLeasesOf(nodeIds)
      await db.write((tx) => releaseLeases(tx, nodeIds))
    },
    onRevived: () => dispatcher.letGo(),
  })
  const orphans = createOrphanMatcher({
    db,
    clock,
    receipts,
    trouble: (error) => log.error({ err: error }, 'receipts.trouble'),
  })

  const sweeper = createInboundSweeper({
    ...keepsInbound,
    db,
    clock,
    retentionMs: lifetimes.messageRetentionMs,
    trouble: (error) => log.error({ err: error }, 'inbound.trouble'),
  })

  await heartbeat.start()
  stops.push(() => heartbeat.stop())
  await callbacks.start()
  stops.push(() => callbacks.stop())
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
  media.start()
  stops.push(() => media.stop())
  const conversations = startConversations(ground, { commits, chat, seens, subscriptions })
  for (const carrier of [...carriers.sms.values(), ...carriers.echo.values()]) carrier.start()
  stops.push(async () => {
    dispatcher.pause()
    await Promise.all([...carriers.all.values()].map((carrier) => carrier.stop(CARRIER_DRAIN_MS)))
  })

  const intake = createMessageIntake({
    clock,
    newId,
    nodeId,
    lifetimes,
    sealer: sealers.messages,
    networkOf: networks.find,
    routesFor,
    priceOf: createPriceList(config.prices),
    noRoute: NO_ROUTE,
    optedOut: (accountId, sender, recipient) => optOuts.has(accountId, sender, recipient),
    memory: dispatcher,
    queue: accepts,
    writeMessages,
    observe: { accepted: () => metrics.accepted.count(), refused: () => metrics.refused.inc() },
  })
  return { carriers, dispatcher, commits, intake, callbacks, conversations, media }
}

const DAY_MS = 86_400_000
const RANDOM_STEPS = 2 ** 32
/** Together with the last commits below the 10 s in which a stop is promised. */
const CARRIER_DRAIN_MS = 3_500
const WEBHOOK_DRAIN_MS = 2_500

function observeCommit(metrics: Metrics, commit: ObservedCommit): void {
  metrics.commitEntries.observe(commit.entries)
  metrics.commitSeconds.observe(commit.milliseconds / 1000)
  if (commit.failed) metrics.commitsFailed.inc()
}
