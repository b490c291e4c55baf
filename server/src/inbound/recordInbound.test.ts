import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/fakeClock.ts'
import {
  createInboundRig,
  HANDSET,
  type InboundRig,
  inboundPart,
  inboundParts,
  OUR_NUMBER,
  permutationsOf,
  textOfInboundParts,
} from '../../test/inboundRig.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { InboundPart } from '../carriers/carrier.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { CLOSED_SET_MS, PART_WAIT_MS } from './partSets.ts'
import { listInbound, readInbound } from './readInbound.ts'

const NO_FILTER = { accountId: 'acme', filter: {}, before: null, limit: 1_000 }

onEveryStore('receiving', (open) => {
  let db: Database
  before(async () => {
    db = await open()
  })
  const fresh = () => {
    const clock = new FakeClock()
    return { clock, rig: createInboundRig({ db, clock }) }
  }

  test('a message of one part is stored, announced and answered', async () => {
    const { rig, clock } = fresh()
    assert.deepEqual(await rig.receive(inboundPart()), [true])
    const [one] = rig.announced
    assert.ok(one)
    assert.deepEqual(one.message, {
      id: one.message.id,
      accountId: 'acme',
      sender: HANDSET,
      recipient: OUR_NUMBER,
      body: 'Hello',
      bodyIsHex: false,
      size: 1,
      missing: 0,
      mccmnc: '26201',
      carrierId: 'A',
      dataCoding: 0,
      receivedAt: clock.now(),
      recordedAt: clock.now(),
      setId: null,
    })
    assert.deepEqual((await readInbound(db, 'acme', one.message.id))?.message, one.message)
    assert.equal(await readInbound(db, 'other', one.message.id), null)
  })

  test('every order of up to 5 parts, each part in a commit of its own and one of them twice, makes one message', async () => {
    const { rig } = fresh()
    const orders = [2, 3, 4, 5].flatMap((total) =>
      permutationsOf(Array.from({ length: total }, (_, index) => index)).map((order, reference) => ({
        order: [...order, order[reference % total] ?? 0],
        parts: inboundParts(textOfInboundParts(total, `${total}/${reference} `), reference),
      })),
    )
    for (let step = 0; step < 6; step++) {
      const arriving = orders.flatMap(({ order, parts }) => parts[order[step] ?? -1] ?? [])
      assert.ok((await rig.receive(...arriving)).every((taken) => taken))
    }
    const wanted = [2, 3, 4, 5].flatMap((total) =>
      Array.from({ length: [0, 1, 2, 6, 24, 120][total] ?? 0 }, (_, reference) =>
        textOfInboundParts(total, `${total}/${reference} `),
      ),
    )
    assert.deepEqual(rig.bodies().toSorted(), wanted.toSorted())
    assert.ok(rig.announced.every(({ message, parts }) => message.missing === 0 && parts.length === message.size))
  })

  test('up to 255 parts in any order and any batches make one message', async () => {
    const { rig } = fresh()
    let reference = 1_000
    const scheme = fc.integer({ min: 2, max: 255 }).chain((total) =>
      fc.record({
        total: fc.constant(total),
        order: fc.shuffledSubarray([...Array(total).keys()], { minLength: total, maxLength: total }),
        batch: fc.integer({ min: 1, max: 100 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(scheme, async ({ total, order, batch }) => {
        const text = textOfInboundParts(total)
        const parts = inboundParts(text, ++reference)
        const before = rig.announced.length
        for (let at = 0; at < total; at += batch) {
          await rig.receive(...order.slice(at, at + batch).flatMap((index) => parts[index] ?? []))
        }
        assert.deepEqual(rig.bodies().slice(before), [text])
      }),
      { numRuns: 12, seed: 1, examples: [[{ total: 255, order: [...Array(255).keys()].reverse(), batch: 100 }]] },
    )
  })

  test('every subset of up to 5 parts is forwarded 10 minutes later with a mark at each gap; the rest is kept as late', async () => {
    const { rig, clock } = fresh()
    rig.sweeper.start()
    const cases = [2, 3, 4, 5].flatMap((total) =>
      Array.from({ length: 2 ** total - 2 }, (_, index) => {
        const there = (number: number) => ((index + 1) & (1 << (number - 1))) !== 0
        const parts = inboundParts(textOfInboundParts(total, `${total}:${index} `), 2_000 + index)
        return { total, there, parts }
      }),
    )
    const arriving = (isThere: boolean) =>
      cases.flatMap(({ there, parts }) => parts.filter(({ concat }) => there(concat?.number ?? 0) === isThere))
    await rig.receive(...arriving(true))
    assert.equal(rig.announced.length, 0)
    clock.advance(PART_WAIT_MS)
    await waitFor(() => {
      clock.advance(1_000)
      return rig.announced.length === cases.length
    })
    await rig.receive(...arriving(false))
    await rig.sweeper.stop()
    assert.equal(rig.announced.length, cases.length, 'a late part makes no second message')
    for (const { total, there, parts } of cases) {
      const first = parts.find(({ concat }) => there(concat?.number ?? 0))
      const found = rig.announced.find(
        ({ message }) => message.size === total && message.body.includes(first?.payload.toString('latin1') ?? '-'),
      )
      assert.ok(found)
      const numbers = parts.map(({ concat }) => concat?.number ?? 0)
      const marked = parts
        .map(({ payload }, index) => (there(index + 1) ? payload.toString('latin1') : '<...>'))
        .join('')
      assert.equal(found.message.body, marked.replaceAll(/(<\.\.\.>)+/g, '<...>'))
      assert.equal(found.message.missing, numbers.filter((number) => !there(number)).length)
      const view = await readInbound(db, 'acme', found.message.id)
      assert.deepEqual(
        view?.parts.map(({ number, late }) => [number, late]),
        numbers.map((number) => [number, !there(number)]),
      )
    }
  })

  test('a restart between any two parts changes nothing', async () => {
    const parts = inboundParts(textOfInboundParts(4), 3_000)
    const { rig } = fresh()
    await rig.receive(...parts.slice(0, 1))
    const rigs = [fresh().rig, fresh().rig, fresh().rig]
    for (const [index, restarted] of rigs.entries()) await restarted.receive(...parts.slice(index + 1, index + 2))
    assert.deepEqual(rigs.at(-1)?.bodies(), [textOfInboundParts(4)])
  })

  test('the same reference of other handsets, to other numbers, in other sizes and of other totals is another message', async () => {
    const { rig } = fresh()
    const concat = { reference: 77, referenceBits: 8, total: 2, number: 1 } as const
    const kinds: { mark: string; over: Partial<InboundPart>; concat: InboundPart['concat'] }[] = [
      { mark: 'A', over: {}, concat },
      { mark: 'B', over: { from: '+4915187654321' }, concat },
      { mark: 'C', over: { to: '+493055' }, concat },
      { mark: 'D', over: {}, concat: { ...concat, referenceBits: 16 } },
      { mark: 'E', over: {}, concat: { ...concat, total: 3 } },
    ]
    for (const number of [1, 2, 3]) {
      const arriving = kinds
        .filter((kind) => number <= (kind.concat?.total ?? 0))
        .map((kind) =>
          inboundPart({
            ...kind.over,
            payload: Buffer.from(`${kind.mark}${number}`),
            concat: kind.concat && { ...kind.concat, number },
          }),
        )
      await rig.receive(...arriving)
    }
    assert.deepEqual(rig.bodies().toSorted(), ['A1A2', 'B1B2', 'C1C2', 'D1D2', 'E1E2E3'])
  })

  test('parts of one message may come over different carriers', async () => {
    const { rig } = fresh()
    const parts = inboundParts(textOfInboundParts(3), 4_000)
    await rig.receive(...parts.map((part, index) => ({ ...part, carrierId: `carrier ${index}` })))
    assert.deepEqual(rig.bodies(), [textOfInboundParts(3)])
  })

  test('a message to a number that is nobody’s is kept, taken and told of', async () => {
    const { rig } = fresh()
    assert.deepEqual(await rig.receive(inboundPart({ to: '+4989000000', payload: Buffer.from('lost?') })), [true])
    assert.deepEqual(
      rig.announced.map(({ message, owner }) => [message.accountId, message.body, owner]),
      [['', 'lost?', null]],
    )
    const rows = await db.read("select body from inbound_messages where account_id = '' and recipient = '+4989000000'")
    assert.deepEqual(rows, [{ body: 'lost?' }])
  })

  test('NUL, lone surrogates and binary do not keep a message from being stored', async () => {
    const { rig } = fresh()
    const hostile = [
      inboundPart({ payload: Buffer.from('0000d800dc00d8000041', 'hex'), dataCoding: 8 }),
      inboundPart({ payload: Buffer.from('00', 'hex'), dataCoding: 3 }),
      inboundPart({ payload: Buffer.from('ff00fe', 'hex'), dataCoding: 4 }),
      inboundPart({ payload: Buffer.alloc(0) }),
      inboundPart({ payload: Buffer.alloc(0), concat: { reference: 1, referenceBits: 8, total: 1, number: 1 } }),
    ]
    assert.deepEqual(await rig.receive(...hostile), [true, true, true, true, true])
    assert.deepEqual(rig.bodies(), ['\ufffd\ud800\udc00\ufffdA', '\ufffd', 'ff00fe', '', ''])
    const ids = rig.announced.map(({ message }) => message.id)
    for (const id of ids) assert.ok(await readInbound(db, 'acme', id))
  })

  test('a list has the newest first, its filters hold, and pages neither repeat nor leave out anything', async () => {
    const { rig, clock } = fresh()
    clock.advance(CLOSED_SET_MS)
    const from = '+4915100000000'
    for (let number = 0; number < 7; number++) {
      clock.advance(1_000)
      await rig.receive(inboundPart({ from, payload: Buffer.from(String(number)) }))
    }
    const filter = { sender: from }
    const all = await listInbound(db, { ...NO_FILTER, filter })
    assert.deepEqual(
      all.map(({ body }) => body),
      ['6', '5', '4', '3', '2', '1', '0'],
    )
    const paged = []
    for (let before: string | null = null; ; ) {
      const page = await listInbound(db, { ...NO_FILTER, filter, before, limit: 3 })
      paged.push(...page)
      if (page.length === 0) break
      before = page.at(-1)?.id ?? null
    }
    assert.deepEqual(paged, all)
    const since = await listInbound(db, { ...NO_FILTER, filter: { ...filter, since: clock.now() - 1_000 } })
    assert.equal(since.length, 2)
    assert.deepEqual(await listInbound(db, { ...NO_FILTER, filter: { ...filter, recipient: '+1' } }), [])
    assert.deepEqual(await listInbound(db, { ...NO_FILTER, accountId: 'other', filter }), [])
  })

  test('what is older than the retention is purged with its parts; what is younger stays', async () => {
    const empty = await open()
    const clock = new FakeClock()
    const rig = createInboundRig({ db: empty, clock })
    await rig.receive(inboundPart(), ...inboundParts(textOfInboundParts(3), 1))
    clock.advance(29 * 86_400_000)
    await rig.receive(inboundPart({ payload: Buffer.from('young') }))
    rig.sweeper.start()
    const left = async () =>
      (await empty.read<{ body: string }>('select body from inbound_messages')).map(({ body }) => body)
    clock.advance(2_000)
    await waitFor(async () => (await dueSets(empty)) === 0)
    assert.equal((await left()).length, 3)
    clock.advance(2 * 86_400_000)
    await waitFor(async () => {
      clock.advance(3_600_000)
      return (await left()).length === 1
    })
    assert.deepEqual(await left(), ['young'])
    await waitFor(async () => (await empty.read('select 1 from inbound_parts')).length === 0)
    assert.deepEqual(await empty.read('select 1 from inbound_sets'), [])
    await rig.sweeper.stop()
    assert.deepEqual(rig.troubles, [])
  })

  test('more old messages than one round purges are gone within the hour', async () => {
    const full = await open()
    const clock = new FakeClock()
    const rig = createInboundRig({ db: full, clock })
    await rig.receive(inboundPart())
    await full.write((tx) =>
      tx.run(COPIES, [JSON.stringify(Array.from({ length: 10_500 }, (_, index) => [`-${index}`]))]),
    )
    clock.advance(31 * 86_400_000)
    const startedAt = clock.now()
    rig.sweeper.start()
    await waitFor(async () => {
      clock.advance(1_000)
      return (await full.read('select 1 from inbound_messages limit 1')).length === 0
    })
    await rig.sweeper.stop()
    assert.ok(clock.now() - startedAt < 3_600_000)
    assert.deepEqual(rig.troubles, [])
  })

  test('what could not be committed is refused, so that the carrier sends it again', async () => {
    const clock = new FakeClock()
    const unreliable = new UnreliableDatabase(db)
    const rig = createInboundRig({ db: unreliable, clock })
    const parts = [inboundPart(), ...inboundParts(textOfInboundParts(2, 'again '), 5_000)]
    unreliable.mode = 'down'
    assert.deepEqual(await rig.receive(...parts), [false, false, false])
    assert.deepEqual(rig.announced, [])
    unreliable.mode = 'up'
    assert.deepEqual(await rig.receive(...parts), [true, true, true])
    assert.deepEqual(rig.bodies(), ['Hello', textOfInboundParts(2, 'again ')])
  })

  test('a flood of unfinished messages of 255 parts is stored without being read back', async () => {
    const { rig } = fresh()
    const flood = Array.from({ length: 2_000 }, (_, index) =>
      inboundPart({ concat: { reference: 10_000 + index, referenceBits: 16, total: 255, number: 1 + (index % 255) } }),
    )
    assert.ok((await rig.receive(...flood)).every((taken) => taken))
    assert.deepEqual(rig.announced, [])
  })
})

describe('two nodes on one PostgreSQL', () => {
  let postgres: TestPostgres
  let databases: Database[]
  let clock: FakeClock
  let nodes: InboundRig[]
  before(async () => {
    postgres = await startPostgres()
    const url = await postgres.url('inbound')
    databases = [await openPostgres({ url }), await openPostgres({ url })]
    for (const db of databases) await migrate(db)
    clock = new FakeClock()
    nodes = databases.map((db) => createInboundRig({ db, clock }))
  })
  after(async () => {
    await Promise.all(databases.map((db) => db.close()))
    await postgres.stop()
  })

  test('parts of one message that come to both at once make one message', async () => {
    const messages = 60
    const parts = Array.from({ length: messages }, (_, reference) =>
      inboundParts(textOfInboundParts(4, `${reference} `), reference),
    )
    const arrivals = parts.flat().map((part, index) => ({ part, node: nodes[(index * 7) % 3 === 0 ? 0 : 1] }))
    const answers = await Promise.all(arrivals.toReversed().map(({ part, node }) => node?.receive(part)))
    assert.ok(answers.flat().every((taken) => taken))
    const bodies = nodes.flatMap((node) => node.bodies())
    assert.deepEqual(
      bodies.toSorted(),
      Array.from({ length: messages }, (_, reference) => textOfInboundParts(4, `${reference} `)).toSorted(),
    )
  })

  test('both sweep, and a message with gaps is forwarded once', async () => {
    const before = nodes.flatMap((node) => node.announced).length
    const parts = Array.from({ length: 50 }, (_, index) => inboundParts(textOfInboundParts(2), 1_000 + index)[0])
    await nodes[0]?.receive(...parts.flatMap((part) => part ?? []))
    for (const node of nodes) node.sweeper.start()
    clock.advance(PART_WAIT_MS)
    const made = () => nodes.flatMap((node) => node.announced).length - before
    await waitFor(() => {
      clock.advance(1_000)
      return made() >= 50
    })
    await Promise.all(nodes.map((node) => node.sweeper.stop()))
    assert.equal(made(), 50)
    assert.deepEqual(
      nodes.flatMap((node) => node.troubles),
      [],
    )
  })
})

const COPIES = `
insert into inbound_messages (id, account_id, sender, recipient, body, body_is_hex, size, missing, mccmnc, carrier_id,
  data_coding, received_at, recorded_at)
select id || v.suffix, account_id, sender, recipient, body, body_is_hex, size, missing, mccmnc, carrier_id, data_coding,
  received_at, recorded_at
from (select value->>0 as suffix from rows($1)) as v cross join inbound_messages`

async function dueSets(db: Database): Promise<number> {
  return (await db.read('select 1 from inbound_sets where due_at is not null')).length
}
