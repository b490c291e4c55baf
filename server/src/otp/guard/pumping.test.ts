import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createGuardRig, e164, guardSettings, openOnce, shown } from '../../../test/guardRig.ts'
import { onEveryStore } from '../../../test/onEveryStore.ts'
import { findPumping } from './pumping.ts'
import { Tally } from './tally.ts'

const BLOCK = '+23276555'
const inBlock = (place: number) => `${BLOCK}${String(place).padStart(4, '0')}`
/** Numbers in a row. */
const row = (from: number, count: number) => Array.from({ length: count }, (_, index) => inBlock(from + index))
/** Numbers of a block that are far from each other. */
const scattered = (count: number) => Array.from({ length: count }, (_, index) => inBlock((index * 307) % 10_000))

/** Spreads numbers over a country as people have them: the same for the same index. */
const personal = (index: number) => `+4915${String(100_000_000 + ((index * 7_919_777) % 899_999_999))}`

onEveryStore('the guard against pumping', (openFresh) => {
  const open = openOnce(openFresh)

  test('finds sequential numbers at the twelfth, says why, and lets them pass in shadow mode', async () => {
    const { clock, send, decisions } = createGuardRig(await open())
    for (const number of row(100, 40)) {
      assert.equal(shown(await send([number])), 'a')
      clock.advance(1_000)
    }
    const [decision, ...others] = await decisions()
    assert.deepEqual(others, [])
    assert.ok(decision)
    const { rule, prefix, mode, sends, lastAt, firstAt, evidence } = decision
    assert.deepEqual({ rule, prefix, mode, sends }, { rule: 'neighbours', prefix: BLOCK, mode: 'shadow', sends: 29 })
    assert.equal(lastAt - firstAt, 28_000)
    assert.deepEqual(evidence, {
      figures: { numbers: 40, numbersMax: 11, span: 40, spanMax: 100, seconds: 39, minutes: 10 },
      numbers: ['+232765***'],
    })
  })

  test('refuses them in enforce mode, in one batch as one by one, and numbers elsewhere in the block go on', async () => {
    const { send, decisions } = createGuardRig(await open(), { guard: { mode: 'enforce' } })
    const verdicts = await send(row(100, 30))
    assert.equal(shown(verdicts), `${'a'.repeat(11)}${'r'.repeat(19)}`)
    assert.deepEqual(verdicts.at(-1), {
      kind: 'refused',
      code: '1187',
      reason: 'Codes to such numbers are held back for now',
      retryAfterMs: 600_000,
    })
    assert.equal(shown(await send([inBlock(9_000)])), 'a')
    const [decision] = await decisions()
    assert.deepEqual([decision?.mode, decision?.sends], ['enforce', 19])
  })

  test('neighbours who verify are people', async () => {
    const { clock, send, record, decisions } = createGuardRig(await open())
    for (const number of row(0, 60)) {
      await send([number])
      await record([number], true)
      clock.advance(1_000)
    }
    assert.deepEqual(await decisions(), [])
  })

  test('finds a prefix whose codes nobody types in, beside the account’s other numbers, once there is enough to judge', async () => {
    const { clock, send, record, decisions } = createGuardRig(await open())
    const people = Array.from({ length: 200 }, (_, index) => personal(index))
    await send(people)
    await record(people.slice(0, 150), true)
    const attacked = scattered(31)
    await send(attacked.slice(0, 30))
    assert.deepEqual(await decisions(), [])
    clock.advance(180_000)
    assert.equal(shown(await send(attacked.slice(30))), 'a')
    const found = (await decisions()).map(({ rule, prefix, sends }) => ({ rule, prefix, sends }))
    assert.deepEqual(found, [
      { rule: 'unverified', prefix: '+23276', sends: 1 },
      { rule: 'unverified', prefix: BLOCK, sends: 1 },
    ])
    const figures = (await decisions())[1]?.evidence.figures
    assert.deepEqual(figures, {
      windowMinutes: 60,
      settleSeconds: 120,
      sends: 30,
      sendsMin: 30,
      verified: 0,
      percent: 0,
      percentMin: 20,
      otherSends: 200,
      otherVerified: 150,
      otherPercent: 75,
      shareMinPercent: 50,
    })
  })

  test('in enforce mode a prefix nobody verifies in gets codes again once its sends are old', async () => {
    const { clock, send } = createGuardRig(await open(), { guard: { mode: 'enforce' } })
    await send(scattered(30))
    clock.advance(180_000)
    const [refused] = await send([inBlock(5_555)])
    assert.equal(refused?.kind, 'refused')
    clock.advance(refused.retryAfterMs)
    assert.equal(shown(await send([inBlock(5_555)])), 'a')
  })

  test('an account whose users seldom finish is not suspicious as a whole', async () => {
    const { clock, send, record, decisions } = createGuardRig(await open())
    const people = Array.from({ length: 200 }, (_, index) => personal(index))
    await send(people)
    await record(people.slice(0, 20), true)
    await send(scattered(40))
    await record(scattered(3), true)
    clock.advance(180_000)
    await send([inBlock(5_555), personal(500)])
    assert.deepEqual(await decisions(), [])
  })

  test('is silent about ten thousand ordinary logins', async () => {
    const { clock, send, record, decisions } = createGuardRig(await open(), { limits: { sendsPerAccount: 1_000_000 } })
    for (let login = 0; login < 10_000; login += 500) {
      const people = Array.from({ length: 500 }, (_, index) => personal(login + index))
      assert.equal(shown(await send(people)), 'a'.repeat(500))
      // Two of three type the code in, some after they have asked for it again.
      await send(people.filter((_, index) => index % 10 === 0))
      clock.advance(30_000)
      await record(
        people.filter((_, index) => index % 3 > 0),
        true,
      )
      clock.advance(60_000)
    }
    assert.deepEqual(await decisions(), [])
  })

  test('a budget is kept to the last digit, for each currency, by account and hour', async () => {
    const budgets = [{ currency: 'EUR', perHour: '0.3' }]
    const { clock, send, decisions } = createGuardRig(await open(), { guard: { mode: 'enforce', budgets } })
    const dime = { price: '0.1', currency: 'EUR' }
    const people = [personal(1), personal(2), personal(3), personal(4)]
    assert.equal(shown(await send(people, dime)), 'aaar')
    assert.equal(shown(await send(people.slice(3), { price: '0.000000001', currency: 'EUR' })), 'r')
    assert.equal(shown(await send(people, { price: '5', currency: 'USD' })), 'aaaa')
    assert.equal(shown(await send([personal(5)])), 'a')
    assert.equal(shown(await send([personal(5)], { ...dime, accountId: 'other' })), 'a')
    const [decision] = await decisions()
    assert.equal(decision?.sends, 2)
    assert.deepEqual(decision.evidence.figures, {
      per: 'account',
      period: 'hour',
      currency: 'EUR',
      spent: '0.300000001',
      budget: '0.3',
    })
    const [refused] = await send(people.slice(3), dime)
    assert.equal(refused?.kind, 'refused')
    clock.advance(refused.retryAfterMs - 1)
    assert.equal(shown(await send(people.slice(3), dime)), 'r')
    clock.advance(1)
    assert.equal(shown(await send(people.slice(3), dime)), 'a')
  })

  test('a budget of a day for a prefix outlives the hour', async () => {
    const budgets = [{ per: 'prefix', currency: 'EUR', perDay: '1.00' }]
    const { clock, send } = createGuardRig(await open(), { guard: { mode: 'enforce', budgets } })
    const half = { price: '0.5', currency: 'EUR' }
    assert.equal(shown(await send(scattered(2), half)), 'aa')
    for (let hour = 0; hour < 23; hour++) {
      clock.advance(3_600_000)
      assert.equal(shown(await send([inBlock(7_777)], half)), 'r')
    }
    assert.equal(shown(await send([personal(1)], half)), 'a')
    clock.advance(2 * 3_600_000)
    assert.equal(shown(await send([inBlock(7_777)], half)), 'a')
  })

  test('a large attack writes few rows, and none of it is lost from the count', async () => {
    const limits = { sendsPerAccount: 1_000_000, sendsPerNumber: 1_000 }
    const guard = { unverified: { sendsMin: 1, settleSeconds: 0 }, neighbours: { numbers: 0 } }
    const { clock, send, decisions } = createGuardRig(await open(), { limits, guard })
    const blocks = Array.from({ length: 500 }, (_, index) => `+88${String(100_000 + index)}0001`)
    await send(blocks)
    clock.advance(60_000)
    for (let round = 0; round < 4; round++) await send(blocks)
    const found = await decisions()
    const ofBlocks = found.filter(({ prefix }) => prefix === '*' || prefix.length > 8)
    assert.ok(found.length <= 202, `${found.length} rows`)
    assert.equal(found.filter(({ prefix }) => prefix === '*').length, 1)
    assert.ok(ofBlocks.reduce((sum, { sends }) => sum + sends, 0) >= 2_000)
  })

  test('switched off it counts and decides nothing, and the limits still hold', async () => {
    const db = await open()
    const { account, send, record, decisions, guard } = createGuardRig(db, { guard: { mode: 'off' } })
    assert.equal(shown(await send([...row(0, 50), ...Array.from({ length: 6 }, () => personal(1))])).slice(-2), 'ar')
    await record(row(0, 50), true)
    assert.deepEqual(await decisions(), [])
    assert.deepEqual((await guard.report(account)).prefixes, [])
  })

  test('decisions are deleted when their time is over', async () => {
    const { clock, send, decisions, guard } = createGuardRig(await open(), { guard: { decisionsDays: 2 } })
    await send(row(0, 12))
    const purge = async () => {
      guard.start()
      clock.advance(60_000)
      await guard.stop()
    }
    clock.advance(47 * 3_600_000)
    await purge()
    assert.equal((await decisions()).length, 1)
    clock.advance(3_600_000)
    await purge()
    assert.deepEqual(await decisions(), [])
  })

  test('an account sees its own figures, and nothing of another’s', async () => {
    const budgets = [{ per: 'prefix', currency: 'EUR', perDay: '100' }]
    const rig = createGuardRig(await open(), { guard: { budgets } })
    const { guard, send, record, decisions } = rig
    await send(row(0, 20), { price: '0.05', currency: 'EUR' })
    await record(row(0, 5), true)
    const { account, prefixes } = await guard.report(rig.account)
    const figures = { sends: 20, verified: 5 }
    const spent = { spentHour: { EUR: '1' }, spentDay: { EUR: '1' } }
    assert.deepEqual(account, { sendsTenMinutes: 20, ...figures, ...spent })
    assert.deepEqual(
      prefixes.toSorted((a, b) => b.prefix.length - a.prefix.length),
      [
        { prefix: BLOCK, kind: 'block', sendsTenMinutes: 20, ...figures, ...spent, unverifiedNumbers: 15 },
        {
          prefix: '+23276',
          kind: 'range',
          sendsTenMinutes: null,
          ...figures,
          spentHour: {},
          spentDay: {},
          unverifiedNumbers: null,
        },
      ],
    )
    assert.equal((await decisions()).length, 1)
    assert.deepEqual(await decisions('stranger'), [])
    const nothing = { sendsTenMinutes: 0, sends: 0, verified: 0, spentHour: {}, spentDay: {} }
    assert.deepEqual(await guard.report('stranger'), { account: nothing, prefixes: [] })
  })
})

test('there is no finding about unverified codes where as many verify as are asked for, however sends and checks fall', () => {
  const settings = guardSettings({ guard: { unverified: { sendsMin: 10 }, neighbours: { numbers: 0 } } }).guard
  const minutes = fc.array(fc.record({ sends: fc.nat(40), others: fc.nat(40), otherVerified: fc.nat(40) }), {
    minLength: 1,
    maxLength: 55,
  })
  fc.assert(
    fc.property(minutes, fc.integer({ min: 20, max: 100 }), (all, percent) => {
      const tallies = emptyTallies()
      const { block, range, account } = tallies
      for (const [minute, { sends, others, otherVerified }] of all.entries()) {
        const at = minute * 60_000
        const verified = Math.ceil((sends * percent) / 100)
        for (const tally of [block, range, account]) {
          tally.sends.add(at, sends)
          tally.verified.add(at, verified)
        }
        account.sends.add(at, others)
        account.verified.add(at, Math.min(others, otherVerified))
      }
      const at = all.length * 60_000
      assert.deepEqual(
        findPumping(settings, { number: e164(inBlock(1)), at, price: 0n, currency: null, ...tallies }),
        [],
      )
    }),
  )
})

function emptyTallies() {
  return {
    block: new Tally({ accountId: 'acme', kind: 'block', subject: BLOCK }),
    range: new Tally({ accountId: 'acme', kind: 'range', subject: '+23276' }),
    account: new Tally({ accountId: 'acme', kind: 'account', subject: '' }),
  }
}
