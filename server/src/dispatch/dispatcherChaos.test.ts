import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/fakeClock.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { messageId, START, sampleMessage, textOfParts } from '../../test/sampleMessages.ts'
import { acceptAll, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { createTestEngine, type TestEngine } from '../../test/testEngine.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import type { SegmentSubmission, SubmitOutcome } from '../carriers/carrier.ts'
import { readMessage } from '../messages/readMessages.ts'

/** What happens to a running server; carriers by index. */
type Event =
  | { readonly kind: 'accept'; readonly parts: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'down' | 'up' | 'answer'; readonly carrier: number }
  | { readonly kind: 'store down' | 'store up' | 'crash' | 'restart' }

type Ending = SubmitOutcome['kind'] | 'next carrier' | 'silence'

const carrierIndex = fc.nat(1)
const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('accept' as const), parts: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('down' as const, 'up' as const), carrier: carrierIndex }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), carrier: carrierIndex }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('store down' as const, 'store up', 'crash' as const, 'restart' as const),
    }),
  },
)
const anyEnding = fc.constantFrom<Ending>(
  'accepted',
  'accepted',
  'refused',
  'next carrier',
  'unknown',
  'unsent',
  'silence',
)

test('whatever happens, nothing accepted is lost, and a carrier that must not is never handed a part twice', async (context) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 5, maxLength: 25 }),
      fc.array(anyEnding, { minLength: 1, maxLength: 12 }),
      async (events, endings) => {
        const world = await World.create(context, endings)
        for (const event of events) await world.suffer(event)
        await world.calmDown()
        await world.check()
      },
    ),
    { numRuns: 12 },
  )
})

/** One store, and the servers that ran on it one after the other. Carrier A may see a message twice, B must not. */
class World {
  readonly #db: UnreliableDatabase
  readonly #endings: readonly Ending[]
  readonly #accepted: string[] = []
  /** Parts that B was handed and did not give back. */
  readonly #keptByB: string[] = []
  readonly #takenSomewhere = new Set<string>()
  #submits = 0
  #offered = 0
  #calm = false
  #carriers: ScriptedCarrier[] = []
  #engine: TestEngine

  constructor(db: UnreliableDatabase, endings: readonly Ending[]) {
    this.#db = db
    this.#endings = endings
    this.#engine = this.#newEngine(START)
  }

  static async create(context: TestContext, endings: readonly Ending[]): Promise<World> {
    const world = new World(new UnreliableDatabase(await openTestStore(context)), endings)
    await world.#engine.dispatcher.start()
    await world.#engine.rest()
    return world
  }

  async suffer(event: Event): Promise<void> {
    switch (event.kind) {
      case 'accept':
        await this.#accept(event.parts)
        break
      case 'advance':
        await this.#engine.advance(event.ms)
        break
      case 'down':
        this.#carriers[event.carrier]?.goDown()
        break
      case 'up':
        this.#carriers[event.carrier]?.comeUp()
        break
      case 'answer':
        this.#carriers[event.carrier]?.endOpen({ kind: 'accepted', carrierMessageId: `late-${this.#submits}` })
        break
      case 'store down':
        this.#db.mode = 'down'
        break
      case 'store up':
        this.#db.mode = 'up'
        break
      case 'crash':
        await this.#replaceEngine(async () => {})
        break
      case 'restart':
        await this.#replaceEngine(async (engine, carriers) => {
          await Promise.all(carriers.map((carrier) => carrier.stop()))
          await engine.dispatcher.stop()
          await engine.commits.drain()
        })
        break
      default:
        event satisfies never
    }
  }

  /** Everything works again, and time passes until all is settled that can be. */
  async calmDown(): Promise<void> {
    this.#calm = true
    this.#db.mode = 'up'
    for (const carrier of this.#carriers) {
      carrier.endOpen({ kind: 'accepted', carrierMessageId: `calm-${carrier.id}` })
      carrier.comeUp()
    }
    for (let rounds = 0; rounds < 20; rounds++) await this.#engine.advance(301_000)
  }

  async check(): Promise<void> {
    assert.equal(new Set(this.#keptByB).size, this.#keptByB.length, 'B was handed a part twice')
    for (const id of this.#accepted) {
      const view = await readMessage(this.#db, 'acme', id)
      assert.equal(view?.message.status, 'submitted', id)
      if (view?.message.inDoubt) continue
      for (let part = 1; part <= (view?.message.parts ?? 0); part++) {
        assert.ok(this.#takenSomewhere.has(`${id}/${part}`), `part ${part} of ${id} is with no carrier`)
      }
    }
    const leased = await this.#db.read('select id from messages where leased_by is not null')
    assert.deepEqual(leased, [])
  }

  async #accept(parts: number): Promise<void> {
    const now = this.#engine.clock.now()
    const id = messageId(++this.#offered)
    const times = { acceptedAt: now, updatedAt: now, dueAt: now, expiresAt: now + 48 * 3_600_000 }
    const carrierId = this.#offered % 2 === 0 ? 'A' : 'B'
    await this.#engine.accept(sampleMessage({ id, carrierId, ...times, ...textOfParts(parts) })).then(
      () => this.#accepted.push(id),
      () => {},
    )
  }

  /** What the old process had under way reached its end, or never will. */
  async #replaceEngine(
    end: (engine: TestEngine, carriers: readonly ScriptedCarrier[]) => Promise<void>,
  ): Promise<void> {
    this.#db.mode = 'up'
    await this.#engine.rest()
    this.#engine.dispatcher.pause()
    await end(this.#engine, this.#carriers)
    this.#engine = this.#newEngine(this.#engine.clock.now() + 1_000)
    await this.#engine.dispatcher.start()
    await this.#engine.rest()
  }

  #newEngine(now: number): TestEngine {
    this.#carriers = [
      new ScriptedCarrier('A', { windowMax: 3, script: (submission) => this.#end('A', submission) }),
      new ScriptedCarrier('B', { windowMax: 3, onDoubt: 'hold', script: (submission) => this.#end('B', submission) }),
    ]
    return createTestEngine({ db: this.#db, carriers: this.#carriers, clock: new FakeClock(now) })
  }

  #end(carrierId: string, submission: SegmentSubmission): SubmitOutcome | 'silence' {
    const number = ++this.#submits
    const ending = this.#calm ? 'accepted' : (this.#endings[number % this.#endings.length] ?? 'accepted')
    const part = `${submission.messageId}/${submission.segment.number}`
    const kept = ending === 'accepted' || ending === 'unknown' || ending === 'silence'
    if (kept && carrierId === 'B') this.#keptByB.push(part)
    if (kept) this.#takenSomewhere.add(part)
    switch (ending) {
      case 'accepted':
        return acceptAll(submission, { number })
      case 'refused':
        return { kind: 'refused', code: 0x58, reason: 'busy', retry: 'same carrier later' }
      case 'next carrier':
        return { kind: 'refused', code: 0x08, reason: 'system error', retry: 'next carrier' }
      case 'unknown':
        return { kind: 'unknown', reason: 'timeout' }
      case 'unsent':
        return { kind: 'unsent', reason: 'bind lost' }
      case 'silence':
        return 'silence'
      default:
        return ending satisfies never
    }
  }
}
