import { renderReceiptCallback } from '../src/api/sms/renderReceiptCallback.ts'
import type { Receipt } from '../src/carriers/carrier.ts'
import { CarrierQueues } from '../src/channels/carrierQueues.ts'
import { segmentsOf } from '../src/channels/sms/segmentsOf.ts'
import type { Clock } from '../src/clock.ts'
import type { Database } from '../src/db/database.ts'
import { GroupCommit } from '../src/db/groupCommit.ts'
import { type DispatchEvent, Dispatcher } from '../src/dispatch/dispatcher.ts'
import { markOpenings } from '../src/dispatch/markOpenings.ts'
import { NO_ROUTE } from '../src/dispatch/planNext.ts'
import { recordOutcomes } from '../src/dispatch/recordOutcomes.ts'
import { createIds } from '../src/ids.ts'
import { acceptMessages, createMessageWriter } from '../src/messages/acceptMessages.ts'
import { openText } from '../src/messages/content.ts'
import type { MessageFollower } from '../src/messages/follower.ts'
import type { IdempotencyClaim, KeyedAnswer } from '../src/messages/idempotency.ts'
import { createMessageIntake, type RoutedMessage } from '../src/messages/intake.ts'
import type { Message } from '../src/messages/message.ts'
import { RecentSubmissions } from '../src/messages/recentSubmissions.ts'
import { isFinal } from '../src/messages/status.ts'
import { recordReceipts } from '../src/receipts/recordReceipts.ts'
import type { Sealer } from '../src/sealer.ts'
import { announce } from '../src/webhooks/announce.ts'
import { FakeClock } from './fakeClock.ts'
import { START } from './sampleMessages.ts'
import type { ScriptedCarrier } from './scriptedCarrier.ts'
import { createTestSealer } from './testSealer.ts'

export interface TestEngineOptions {
  readonly db: Database
  readonly carriers: readonly ScriptedCarrier[]
  readonly clock?: FakeClock
  readonly nodeId?: string
  /** Carriers for a message, best first; all of them in their order when absent. */
  readonly routesFor?: (message: RoutedMessage) => readonly string[]
  readonly isAlive?: () => boolean
  readonly sealer?: Sealer
  /** Whom to tell of new statuses; those who asked for a callback when absent. */
  readonly follower?: MessageFollower
}

export const LIFETIMES = { messageRetentionMs: 30 * 86_400_000 }

export type TestEngine = ReturnType<typeof createTestEngine>

/**
 * Everything between the API and the carriers, connected as in app.ts, on a fake clock and scripted carriers. Nothing
 * moves by itself: `advance` moves the clock, `until` waits for what the clock has set going.
 */
export function createTestEngine(options: TestEngineOptions) {
  const { db, carriers, clock = new FakeClock(START), nodeId = 'node-1' } = options
  const events: DispatchEvent[] = []
  const newId = createIds(clock)
  const commits = new GroupCommit({
    db,
    clock,
    observe({ lost }) {
      if (lost) dispatcher.suspectStrays()
    },
  })
  const recent = new RecentSubmissions()
  const routesFor = options.routesFor ?? (() => carriers.map(({ id }) => id))
  const carriersById = new Map(carriers.map((carrier) => [carrier.id, carrier]))
  const sealer = options.sealer ?? createTestSealer()
  const dispatcher = new Dispatcher({
    db,
    clock,
    nodeId,
    carriers: carriersById,
    channel: (events) =>
      new CarrierQueues({
        carriers: carriersById,
        routesFor,
        clock,
        mayHandOver: options.isAlive ?? (() => true),
        events,
        partsOf(message) {
          const text = openText(sealer, message)
          return text === null ? null : segmentsOf(message, text)
        },
      }),
    routesFor,
    lifetimes: LIFETIMES,
    recent,
    random: () => 0.5,
    observe: (event) => events.push(event),
  })
  for (const carrier of carriers) carrier.onRoom((id) => dispatcher.carrierHasRoom(id))
  const follower = options.follower ?? callbackAnnouncer({ clock, nodeId })
  const writeMessages = createMessageWriter({ dispatch: (messages) => dispatcher.dispatch(messages), follower })
  const accepts = commits.add(acceptMessages(writeMessages))
  const openings = commits.add(markOpenings())
  const outcomes = commits.add(
    recordOutcomes({ follower, keep: (plans, error) => dispatcher.keepOutcomes(plans, error) }),
  )
  const receipts = commits.add(
    recordReceipts({
      lifetimes: LIFETIMES,
      recent,
      storeIsShared: db.engine === 'postgres',
      follower,
      observe: () => {},
    }),
  )
  dispatcher.connect({ outcomes, openings })
  const intake = createMessageIntake({
    clock,
    newId,
    nodeId,
    lifetimes: LIFETIMES,
    sealer,
    networkOf: () => null,
    routesFor,
    priceOf: () => null,
    noRoute: NO_ROUTE,
    optedOut: () => false,
    memory: dispatcher,
    queue: accepts,
    writeMessages,
    observe: { accepted() {}, refused() {} },
  })

  return {
    db,
    clock,
    commits,
    dispatcher,
    intake,
    outcomes,
    receipts,
    events,
    newId,

    /** Resolves once the message is on disk, or its key was used before; rejects when it could not be stored. */
    accept(message: Message, idempotency: IdempotencyClaim | null = null): Promise<'accepted' | KeyedAnswer> {
      return new Promise((resolve, reject) => {
        const taken = intake.accept({
          message,
          idempotency,
          accepted: () => resolve('accepted'),
          repeated: resolve,
          failed: reject,
        })
        if (!taken) reject(new Error('too many wait'))
      })
    },

    /** Resolves with the answer that the carrier gets. */
    receive(receipt: Receipt): Promise<boolean> {
      return new Promise((answer) => {
        receipts.push({ id: newId(), receipt, receivedAt: clock.now(), orphan: false, answer })
      })
    },

    /** Moves the clock, and lets all that this sets going come to rest; the last second of it for itself. */
    async advance(ms: number): Promise<void> {
      const last = Math.min(ms, TICK_MS)
      if (ms > last) {
        clock.advance(ms - last)
        await rest()
      }
      clock.advance(last)
      await rest()
    },

    rest,

    /** Commits what waits until the condition holds. The clock stands still. */
    async until(condition: () => boolean | Promise<boolean>): Promise<void> {
      const deadline = Date.now() + TIMEOUT_MS
      while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT_MS} ms: ${condition}`)
        await turn()
      }
    },
  }

  /** What readers and the writer have to do by now, one turn of the event loop, and every commit that waits. */
  async function turn(): Promise<void> {
    await Promise.allSettled([db.read('select 1 as one'), db.write((tx) => tx.all('select 1 as one'))])
    await new Promise((resolve) => setImmediate(resolve))
    await commits.drain()
  }

  /** A chain of causes is at most so many steps long: claim, read, submit, answer, commit, callback. */
  async function rest(): Promise<void> {
    for (let turns = 0; turns < RESTING_TURNS; turns++) await turn()
  }
}

const TIMEOUT_MS = 10_000
const RESTING_TURNS = 8
/** How often the dispatcher looks at the table. */
const TICK_MS = 1_000

/** Owes callbacks for final messages as app.ts does; nobody calls them. */
export function callbackAnnouncer({ clock, nodeId }: { clock: Clock; nodeId: string }): MessageFollower {
  const newId = createIds(clock)
  return {
    follows: ({ status, callbackUrl }) => isFinal(status) && callbackUrl !== null,
    changed(tx, finished) {
      const deliveries = finished.flatMap((view) => {
        const callback = renderReceiptCallback(view, 'http://127.0.0.1:8080')
        const { id: messageId, accountId } = view.message
        const about = { accountId, messageId, event: 'message.status', ladder: 'receipt' as const }
        return callback === null ? [] : [{ ...callback, ...about, id: newId() }]
      })
      announce(tx, deliveries, { nodeId, now: clock.now() })
      return () => {}
    },
  }
}

/** The states that callbacks of a message told, oldest first. */
export async function statesCalledBack(db: Database, messageId: string): Promise<string[]> {
  const rows = await db.read('select body from webhook_deliveries where message_id = $1 order by id', [messageId])
  return rows.map((row) => String(JSON.parse(String(row.body)).status))
}
