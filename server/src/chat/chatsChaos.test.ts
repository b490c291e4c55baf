import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import type { Receipt, SegmentSubmission, SubmitOutcome } from '../carriers/carrier.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import type { ChatChannel, ChatMessage } from './chat.ts'
import { readEvents } from './chatEvents.ts'
import type { ChatStatusHappening } from './chatHappening.ts'
import { CHAT_COLUMNS, chatFromRow } from './chatRows.ts'
import { createTestChats, orderOf, prepareTold, STEP_WAIT_MS, type TestChats, textStep, toldOf } from './testChats.ts'

/** What becomes of a step; 'no route' is a matter of its channel. */
const ENDINGS = ['delivered', 'delivered', 'undelivered', 'refused', 'unheard', 'late', 'doubt', 'unsent'] as const
type Ending = (typeof ENDINGS)[number]
type Step = { readonly channel: ChatChannel; readonly ending: Ending }

/** What happens to a running server. */
type Event =
  | { readonly kind: 'send'; readonly chains: readonly (readonly Step[])[] }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'receipts' | 'kill' | 'restart' | 'store down' | 'answers lost' | 'store up' }

const anyStep = fc.record({
  channel: fc.constantFrom<ChatChannel>('sms', 'whatsapp', 'echo'),
  ending: fc.constantFrom(...ENDINGS),
})
const anyChain = fc.uniqueArray(anyStep, { minLength: 1, maxLength: 3, selector: ({ channel }) => channel })
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      chains: fc.array(anyChain, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 1_000, 20_000, 301_000) }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'receipts' } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('kill' as const, 'restart', 'store down', 'answers lost' as const, 'store up' as const),
    }),
  },
)

onEveryStore('chats in trouble', (open) => {
  test('whatever happens, channels are tried in order, once each, and a message ends in one way, in its history too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 4, maxLength: 14 }),
        fc.subarray<ChatChannel>(['whatsapp', 'echo'], { maxLength: 1 }),
        async (events, unroutable) => {
          const world = await World.create(await open(), unroutable)
          for (const event of events) await world.suffer(event)
          await world.calmDown()
          await world.check()
        },
      ),
      { numRuns: 10 },
    )
  })
})

/** One store, and the servers that ran on it one after the other. */
class World {
  readonly #store: Database
  readonly #unroutable: readonly ChatChannel[]
  readonly #accepted = new Set<string>()
  /** Ids of messages as they were handed over, by channel, except those that were given back. */
  readonly #handedOver: string[] = []
  #receipts: { readonly receipt: Receipt; readonly dueAt: number }[] = []
  #submits = 0
  /** Messages that did not leave the process once; the next time they do. */
  readonly #unsent = new Set<string>()
  /** What the present server has of the store; one that is killed has nothing of it from then on. */
  #db: UnreliableDatabase
  #chats: TestChats

  constructor(store: Database, unroutable: readonly ChatChannel[]) {
    this.#store = store
    this.#unroutable = unroutable
    this.#db = new UnreliableDatabase(store)
    this.#chats = this.#newServer(START)
  }

  static async create(store: Database, unroutable: readonly ChatChannel[]): Promise<World> {
    await prepareTold(store)
    const world = new World(store, unroutable)
    await world.#start()
    return world
  }

  async suffer(event: Event): Promise<void> {
    switch (event.kind) {
      case 'send':
        await this.#send(event.chains)
        break
      case 'advance':
        await this.#chats.advance(event.ms)
        break
      case 'receipts':
        await this.#report()
        break
      case 'kill':
        await this.#kill()
        break
      case 'restart':
        await this.#restart()
        break
      case 'store down':
        this.#db.mode = 'down'
        break
      case 'answers lost':
        this.#db.mode = 'answers lost'
        break
      case 'store up':
        this.#db.mode = 'up'
        break
      default:
        event satisfies never
    }
    await this.#checkMoves()
  }

  /** Everything works again, and time passes until all is settled, be it by giving up. */
  async calmDown(): Promise<void> {
    this.#db.mode = 'up'
    await this.#chats.rest()
    for (let rounds = 0; rounds < ROUNDS_MAX && (await this.#open()) > 0; rounds++) {
      await this.#report()
      await this.#chats.advance(rounds % 4 === 3 ? 301_000 : 6_000)
    }
    await this.#checkMessages()
    for (let rounds = 0; rounds < ROUNDS_MAX && (await this.#open()) > 0; rounds++) {
      await this.#kill(49 * 3_600_000)
      await this.#chats.advance(1_000)
    }
  }

  async check(): Promise<void> {
    const chats = await this.#stored()
    const ids = new Set(chats.map(({ message }) => message.id))
    for (const id of this.#accepted) assert.ok(ids.has(id), `${id} is lost`)
    for (const { message, events } of chats) await this.#checkChat(message, events)
  }

  /** A step that has ended and the step after it are in the store together, always. */
  async #checkMoves(): Promise<void> {
    assert.deepEqual(await this.#store.read(LEFT_BEHIND), [])
    assert.deepEqual(await this.#store.read(FORGOTTEN_IN_BULK), [])
  }

  /** Each step that was begun has sent one message, and no carrier was handed one twice. */
  async #checkMessages(): Promise<void> {
    const sent = await this.#store.read("select origin_id, channel from messages where origin = 'chat' order by id")
    const byChat = Map.groupBy(sent, (row) => String(row.origin_id))
    for (const { message, messageId } of await this.#stored()) {
      const channels = byChat.get(message.id)?.map(({ channel }) => channel) ?? []
      const begun = messageId === null ? 0 : message.step + 1
      assert.deepEqual(
        channels,
        message.steps.slice(0, begun).map(({ channel }) => channel),
        message.id,
      )
    }
    assert.equal(new Set(this.#handedOver).size, this.#handedOver.length, 'a carrier was handed a message twice')
  }

  async #checkChat(message: ChatMessage, count: number): Promise<void> {
    const events = await readEvents(this.#store, message.id)
    const told = (await toldOf(this.#store, message.id)).filter(
      (one): one is ChatStatusHappening => one.kind === 'status',
    )
    assert.equal(events.length, count)
    assert.deepEqual(
      told.map(({ at, channel, details }) => ({ at, channel, details })),
      events.map(({ at, channel, details }) => ({ at, channel, details })),
    )
    const [accepted, ...rest] = events
    assert.equal(accepted?.state, 'accepted')
    const steps = [...Map.groupBy(rest, ({ channel }) => channel)]
    assert.deepEqual(
      steps.map(([channel]) => channel),
      message.steps.slice(0, message.step + 1).map(({ channel }) => channel),
    )
    for (const [index, [, own]] of steps.entries()) {
      const ends = index === message.step && message.status === 'delivered' ? /^(dispatched )?success$/ : FAILED
      assert.match(own.map(({ state }) => state).join(' '), ends)
    }
    const finals = told.filter(({ event }) => event === 'delivered' || event === 'failed' || event === 'unknown')
    assert.deepEqual(
      finals.map(({ event }) => event),
      [message.status],
    )
    if (message.status === 'delivered') assert.match(endingOf(message), /^(delivered|late)$/)
  }

  async #open(): Promise<number> {
    const [row] = await this.#store.read("select count(*) as open from chat_messages where status = 'accepted'")
    return Number(row?.open)
  }

  async #stored() {
    const rows = await this.#store.read(`select ${CHAT_COLUMNS} from chat_messages order by id`)
    return rows.map(chatFromRow)
  }

  /** Two or three chains are a bulk. Whether it is answered or not, things go on. */
  async #send(chains: readonly (readonly Step[])[]): Promise<void> {
    const orders = chains.map((chain) =>
      orderOf(chain.map(({ channel, ending }) => textStep(channel, { content: { kind: 'text', text: ending } }))),
    )
    const [first, ...more] = orders
    const sending =
      more.length === 0 && first !== undefined ? this.#sendOne(first) : this.#chats.chats.sendBulk(orders, null)
    void sending.then(
      (sent) => {
        if (sent.kind === 'accepted') for (const { id } of sent.messages) this.#accepted.add(id)
      },
      (error) => assert.ok(error instanceof DatabaseUnavailable, error),
    )
    await new Promise((resolve) => setImmediate(resolve))
  }

  async #sendOne(order: ReturnType<typeof orderOf>) {
    const sent = await this.#chats.chats.send(order, null)
    return sent.kind === 'accepted' ? { ...sent, messages: [sent.message] } : sent
  }

  /** Carriers send again what is not taken. */
  async #report(): Promise<void> {
    const { clock, newId, receipts } = this.#chats
    const { due = [], later = [] } = Object.groupBy(this.#receipts, ({ dueAt }) =>
      dueAt <= clock.now() ? 'due' : 'later',
    )
    this.#receipts = later
    for (const one of due) {
      const answer = (taken: boolean) => {
        if (!taken) this.#receipts.push(one)
      }
      receipts.push({ id: newId(), receipt: one.receipt, receivedAt: clock.now(), orphan: false, answer })
    }
    await this.#chats.rest()
  }

  /** The process dies in the middle of whatever it does. */
  async #kill(laterMs = 1_000): Promise<void> {
    this.#db.mode = 'down'
    await this.#replace(laterMs)
  }

  async #restart(): Promise<void> {
    const { dispatcher, carriers, commits } = this.#chats
    dispatcher.pause()
    await Promise.all(Object.values(carriers).map((carrier) => carrier.stop()))
    await dispatcher.stop()
    await commits.drain()
    await this.#replace(1_000)
  }

  async #replace(laterMs: number): Promise<void> {
    const now = this.#chats.clock.now() + laterMs
    this.#db = new UnreliableDatabase(this.#store)
    this.#chats = this.#newServer(now)
    await this.#start()
  }

  async #start(): Promise<void> {
    await this.#chats.dispatcher.start()
    await this.#chats.rest()
  }

  #newServer(now: number): TestChats {
    const script = (submission: SegmentSubmission) => this.#end(submission)
    return createTestChats({
      db: this.#db,
      clock: new FakeClock(now),
      unroutable: this.#unroutable,
      onDoubt: 'hold',
      scripts: { sms: script, whatsapp: script, echo: script },
    })
  }

  #end({ messageId, segment }: SegmentSubmission): SubmitOutcome {
    const carrierMessageId = String(++this.#submits)
    switch (segment.text) {
      case 'refused':
        return { kind: 'refused', code: 0x0b, reason: 'unknown destination', retry: 'never' }
      case 'unsent':
        if (this.#unsent.has(messageId)) break
        this.#unsent.add(messageId)
        return { kind: 'unsent', reason: 'bind lost' }
      case 'doubt':
        this.#handedOver.push(messageId)
        return { kind: 'unknown', reason: 'timeout' }
      case 'delivered':
        this.#owe(carrierMessageId, { state: 'delivered', errorCode: '0000' })
        break
      case 'late':
        this.#owe(carrierMessageId, { state: 'delivered', errorCode: '0000' }, STEP_WAIT_MS + 2_000)
        break
      case 'undelivered':
        this.#owe(carrierMessageId, { state: 'undelivered', errorCode: '0001' })
    }
    this.#handedOver.push(messageId)
    return { kind: 'accepted', carrierMessageId }
  }

  /** Numbers are given by one count for all carriers, so one of the receipts is for the message. */
  #owe(carrierMessageId: string, word: Pick<Receipt, 'state' | 'errorCode'>, delayMs = 0): void {
    const dueAt = this.#chats.clock.now() + delayMs
    for (const carrierId of ['sms', 'whatsapp', 'echo']) {
      this.#receipts.push({ receipt: { carrierId, carrierMessageId, ...word, doneAt: null }, dueAt })
    }
  }
}

const ROUNDS_MAX = 24
const FAILED = /^(dispatched )?(failed|unknown)$|^dispatching_failed$/

/** Chats whose step is final without their knowing, and those that have no message and wait for none. */
const LEFT_BEHIND = `
select chat_messages.id from chat_messages left join messages on messages.id = chat_messages.message_id
where chat_messages.status = 'accepted' and chat_messages.waits_for is null
  and (messages.id is null or messages.status not in ('accepted', 'queued', 'submitted'))`

const FORGOTTEN_IN_BULK = `
select chat_messages.id from chat_messages left join chat_messages as first on first.id = chat_messages.waits_for
where chat_messages.waits_for is not null and (first.id is null or first.dispatched = 1 or first.status <> 'accepted')`

function endingOf({ steps, step }: ChatMessage): string {
  const content = steps[step]?.content
  return content?.kind === 'text' ? content.text : ''
}
