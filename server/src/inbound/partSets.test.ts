import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { permutationsOf } from '../../test/inboundRig.ts'
import type { PartSet, SetKey, SetPart } from './partSet.ts'
import { CLOSED_SET_MS, OPEN_SETS_PER_KEY_MAX, PART_WAIT_MS, PartSets, REPEATED_MS_MAX } from './partSets.ts'

const MINUTE = 60_000

test('every order of up to 5 parts, with any one part sent again at any point, makes one message', () => {
  for (let total = 2; total <= 5; total++) {
    for (const order of permutationsOf(range(total))) {
      for (const again of order) {
        for (let at = order.indexOf(again) + 1; at <= total; at++) {
          const sets = setsOf(total)
          for (const number of order.toSpliced(at, 0, again)) sets.receive(number)
          assert.deepEqual(sets.messages(), [range(total).map((number) => `a${number}`)])
        }
      }
    }
  }
})

test('up to 255 parts in any order, any of them again and again, make one message', () => {
  const total = fc.integer({ min: 2, max: 255 })
  const scheme = total.chain((parts) =>
    fc.record({
      order: fc.shuffledSubarray(range(parts), { minLength: parts, maxLength: parts }),
      again: fc.array(fc.nat({ max: 10_000 }), { maxLength: 50 }),
    }),
  )
  fc.assert(
    fc.property(scheme, ({ order, again }) => {
      const sets = setsOf(order.length)
      const arrivals = again.reduce((list, seed) => {
        const from = seed % list.length
        return list.toSpliced(from + 1 + (seed % (list.length - from)), 0, list[from] ?? 1)
      }, order)
      for (const number of arrivals) sets.receive(number)
      assert.deepEqual(sets.messages(), [range(order.length).map((number) => `a${number}`)])
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('after 10 minutes without a new part a message is closed as it is; a repeated part does not prolong that', () => {
  const sets = setsOf(3)
  sets.receive(1)
  sets.pass(9 * MINUTE)
  sets.receive(3)
  sets.pass(9 * MINUTE)
  sets.receive(3)
  sets.pass(1 * MINUTE - 1)
  assert.deepEqual(sets.messages(), [])
  sets.pass(1)
  assert.deepEqual(sets.messages(), [['a1', 'a3']])
})

test('a late part is kept with its message and makes no second one, whatever else comes again', () => {
  for (const arrivals of permutationsOf([1, 2, 3])) {
    const sets = setsOf(3)
    sets.receive(1)
    sets.receive(3)
    sets.pass(PART_WAIT_MS)
    for (const number of arrivals) sets.receive(number)
    sets.pass(CLOSED_SET_MS)
    assert.deepEqual(sets.messages(), [['a1', 'a3']])
    assert.deepEqual(sets.late(), ['a2'])
  }
})

test('a message that the SMSC sends again in whole or in part is not a second one', () => {
  for (let subset = 1; subset < 2 ** 4; subset++) {
    const numbers = range(4).filter((number) => subset & (1 << (number - 1)))
    for (const order of permutationsOf(numbers)) {
      const sets = setsOf(4)
      for (const number of range(4)) sets.receive(number)
      sets.pass(MINUTE)
      for (const number of [...order, ...order]) sets.receive(number)
      sets.pass(CLOSED_SET_MS)
      assert.equal(sets.messages().length, 1)
    }
  }
})

test('the same text under the same reference later is another message', () => {
  for (const order of permutationsOf([1, 2, 3])) {
    const sets = setsOf(3)
    for (const number of range(3)) sets.receive(number)
    sets.pass(REPEATED_MS_MAX)
    for (const number of order) sets.receive(number)
    assert.deepEqual(sets.messages(), [
      ['a1', 'a2', 'a3'],
      ['a1', 'a2', 'a3'],
    ])
  }
})

test('another text under the same reference is another message, also where parts of the two are equal', () => {
  for (let equal = 0; equal < 2 ** 4 - 1; equal++) {
    const texts = range(4).map((number) => (equal & (1 << (number - 1)) ? `a${number}` : `b${number}`))
    for (const order of permutationsOf(range(4))) {
      const sets = setsOf(4)
      for (const number of range(4)) sets.receive(number)
      sets.pass(1_000)
      for (const number of order) sets.receive(number, texts[number - 1])
      sets.pass(CLOSED_SET_MS)
      assert.deepEqual(sets.messages(), [['a1', 'a2', 'a3', 'a4'], texts])
    }
  }
})

test('another text soon after one that was forwarded with gaps is whole, its parts not taken for late ones', () => {
  for (const order of permutationsOf([1, 2, 3])) {
    const sets = setsOf(3)
    sets.receive(1)
    sets.pass(PART_WAIT_MS)
    for (const number of order) sets.receive(number, `b${number}`)
    sets.pass(PART_WAIT_MS)
    assert.deepEqual(sets.messages(), [['a1'], ['b1', 'b2', 'b3']])
    assert.deepEqual(sets.late(), [])
  }
})

test('another text while the one before still lacks parts makes two messages, and nothing is lost', () => {
  const sets = setsOf(2)
  sets.receive(1)
  sets.receive(1, 'b1')
  sets.receive(2, 'b2')
  assert.deepEqual(sets.messages(), [['b1', 'b2']])
  sets.receive(2)
  assert.deepEqual(sets.messages(), [
    ['b1', 'b2'],
    ['a1', 'a2'],
  ])
})

test('a sender that never counts keeps few messages open; the oldest is closed with what it has', () => {
  const sets = setsOf(2)
  const texts = range(OPEN_SETS_PER_KEY_MAX + 2).map((number) => `text ${number}`)
  for (const text of texts) sets.receive(1, text)
  assert.deepEqual(sets.messages(), [['text 1'], ['text 2']])
  sets.pass(PART_WAIT_MS)
  assert.deepEqual(
    sets.messages(),
    texts.map((text) => [text]),
  )
})

test('whatever arrives when, no text that arrived is lost and no message has two texts of one number', () => {
  const arrival = fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    text: fc.constantFrom('a', 'b', 'c'),
    afterMs: fc.constantFrom(0, 1_000, MINUTE, 6 * MINUTE, 11 * MINUTE),
  })
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 30 }), (arrivals) => {
      const sets = setsOf(3)
      for (const { number, text, afterMs } of arrivals) {
        sets.pass(afterMs)
        sets.receive(number, `${text}${number}`)
      }
      sets.pass(PART_WAIT_MS)
      const told = new Set([...sets.messages().flat(), ...sets.late()])
      assert.deepEqual(told, new Set(arrivals.map(({ number, text }) => `${text}${number}`)))
    }),
    { numRuns: 500, seed: 1 },
  )
})

test('what is remembered of closed messages ends after a day', () => {
  const sets = setsOf(2)
  for (const number of range(2)) sets.receive(number)
  sets.pass(CLOSED_SET_MS)
  assert.equal(sets.sought(), 0)
})

function range(total: number): number[] {
  return Array.from({ length: total }, (_, index) => index + 1)
}

const KEY: Omit<SetKey, 'total'> = { sender: '+49151', recipient: '+4930', reference: 7, referenceBits: 8 }

/** The sets of one key with a clock, kept from one arrival to the next as the store keeps them. */
function setsOf(total: number) {
  let now = 1_000_000
  let ids = 0
  const newId = () => String(++ids).padStart(8, '0')
  const stored = new Map<string, PartSet>()
  const closed: string[] = []
  const run = (change: (sets: PartSets) => void) => {
    const sought = [...stored.values()].filter(({ dueAt }) => dueAt !== null).map(copyOf)
    const sets = new PartSets({ ...KEY, total }, sought, newId)
    change(sets)
    const changes = sets.changes()
    for (const { set, number } of changes.removed) stored.get(set.id)?.parts.delete(number)
    for (const set of changes.sets)
      stored.set(set.id, { ...copyOf(set), parts: stored.get(set.id)?.parts ?? new Map() })
    for (const [part, set] of changes.parts) {
      const known = stored.get(set.id)?.parts
      const before = known?.get(part.number)
      known?.set(part.number, before === undefined ? { ...part } : { ...before, againAt: part.againAt })
    }
    for (const set of changes.closed) closed.push(set.id)
  }
  const textsOf = (id: string, late: boolean) =>
    [...(stored.get(id)?.parts.values() ?? [])]
      .filter((part) => part.late === late)
      .toSorted((a, b) => a.number - b.number)
      .map(({ payload }) => payload)

  return {
    receive(number: number, payload = `a${number}`) {
      const part: SetPart = {
        number,
        payload,
        carrierId: 'A',
        dataCoding: 0,
        receivedAt: now,
        late: false,
        againAt: null,
      }
      run((sets) => sets.place(part))
      for (const set of stored.values()) {
        const present = [...set.parts.values()].filter(({ late }) => !late).length
        assert.equal(set.present, present, 'the count is that of the parts')
      }
    },
    /** The sweeper looks at the end. */
    pass(ms: number) {
      now += ms
      run((sets) => sets.closeDue(now))
    },
    messages: () => closed.map((id) => textsOf(id, false)),
    late: () => closed.flatMap((id) => textsOf(id, true)),
    sought: () => [...stored.values()].filter(({ dueAt }) => dueAt !== null).length,
  }
}

function copyOf(set: PartSet): PartSet {
  return { ...set, parts: new Map([...set.parts].map(([number, part]) => [number, { ...part }])) }
}
