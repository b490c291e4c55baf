import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { createGuardRig, openOnce, shown } from '../../../test/guardRig.ts'
import { onEveryStore } from '../../../test/onEveryStore.ts'
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { migrate } from '../../db/migrate.ts'
import { openPostgres } from '../../db/postgres.ts'
import type { Verdict } from './guard.ts'

const NUMBER = '+4915112345678'
const NEIGHBOUR = '+4915112345679'
const STRANGER = '+4915198765432'
const TEN_MINUTES_MS = 600_000
const HOUR_MS = 3_600_000
const off = { guard: { mode: 'off' } }

const times = (count: number, number = NUMBER) => Array.from({ length: count }, () => number)

function retryAfterMs(verdict: Verdict | undefined): number {
  assert.equal(verdict?.kind, 'refused')
  return verdict.retryAfterMs
}

onEveryStore('limits of sends', (openFresh) => {
  const open = openOnce(openFresh)

  test('a number gets its last code of ten minutes and not one more, until the first is exactly ten minutes old', async () => {
    const { clock, send } = createGuardRig(await open(), { ...off, limits: { sendsPerNumber: 3 } })
    for (let sent = 0; sent < 3; sent++) {
      assert.equal(shown(await send([NUMBER])), 'a')
      clock.advance(1_000)
    }
    const [refused] = await send([NUMBER])
    assert.equal(retryAfterMs(refused), TEN_MINUTES_MS - 3_000)
    clock.advance(TEN_MINUTES_MS - 3_001)
    assert.equal(shown(await send([NUMBER])), 'r')
    clock.advance(1)
    assert.equal(shown(await send([NUMBER, NUMBER])), 'ar')
    clock.advance(1_000)
    assert.equal(shown(await send([NUMBER, NUMBER])), 'ar')
  })

  test('a batch of a hundred is counted in its order, each number for itself', async () => {
    const { send } = createGuardRig(await open(), off)
    const mixed = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? NUMBER : STRANGER))
    const verdicts = await send(mixed)
    assert.equal(shown(verdicts), `${'a'.repeat(10)}${'r'.repeat(90)}`)
  })

  test('refused sends do not prolong the wait', async () => {
    const { clock, send } = createGuardRig(await open(), off)
    await send(times(5))
    for (let minute = 0; minute < 10; minute++) {
      assert.equal(shown(await send(times(20))), 'r'.repeat(20))
      clock.advance(60_000)
    }
    assert.equal(shown(await send([NUMBER])), 'a')
  })

  test('neighbours share the limit of their prefix, and a number elsewhere does not', async () => {
    const { send } = createGuardRig(await open(), { ...off, limits: { sendsPerPrefix: 4 } })
    const verdicts = await send([NUMBER, NEIGHBOUR, NUMBER, NEIGHBOUR, NUMBER, NEIGHBOUR, STRANGER])
    assert.equal(shown(verdicts), 'aaaarra')
  })

  test('an account has its own limit, and counts nothing of another', async () => {
    const { clock, send } = createGuardRig(await open(), { ...off, limits: { sendsPerAccount: 3 } })
    assert.equal(shown(await send([NUMBER, NEIGHBOUR, STRANGER, '+12025550143'])), 'aaar')
    assert.equal(shown(await send([NUMBER, NEIGHBOUR], { accountId: 'other' })), 'aa')
    const [refused] = await send([NUMBER])
    clock.advance(retryAfterMs(refused) - 1)
    assert.equal(shown(await send([NUMBER])), 'r')
    clock.advance(1)
    assert.equal(shown(await send([NUMBER])), 'a')
  })

  test('of several limits that are used up the longest wait is told, with a code of its own', async () => {
    const { clock, send } = createGuardRig(await open(), { ...off, limits: { sendsPerNumber: 1, sendsPerAccount: 2 } })
    await send([STRANGER])
    clock.advance(300_000)
    await send([NUMBER])
    const [refused] = await send([NUMBER])
    assert.deepEqual(refused, {
      kind: 'refused',
      code: '1181',
      reason: 'Too many codes to this number: 1 in 10 minutes are allowed',
      retryAfterMs: TEN_MINUTES_MS,
    })
    const [other] = await send(['+12025550143'])
    assert.equal(other?.kind === 'refused' && other.code, '1183')
  })

  test('a guard that starts anew over the same store goes on counting', async () => {
    const db = await open()
    const first = createGuardRig(db, off)
    await first.send(times(4))
    const second = createGuardRig(db, off, first.clock, first.account)
    assert.equal(shown(await second.send(times(3))), 'arr')
  })

  test('what a transaction that is rolled back has counted does not count', async () => {
    const db = await open()
    const { account, clock, guard, send } = createGuardRig(db, off)
    const failing = db.write(async (tx) => {
      const at = clock.now()
      const e164 = NUMBER as Parameters<typeof guard.judgeSends>[1][number]['number']
      const one = { accountId: account, applicationId: 'login', number: e164, at, price: null, currency: null }
      await guard.judgeSends(tx, [one, one, one])
      throw new Error('rolled back')
    })
    await assert.rejects(failing, /rolled back/)
    assert.equal(shown(await send(times(6))), 'aaaaar')
  })

  test('rows that count nothing any longer are deleted', async () => {
    const db = await open()
    const { account, clock, guard, send, record } = createGuardRig(db)
    await send([NUMBER, STRANGER], { price: '0.05', currency: 'EUR' })
    await record([NUMBER], false)
    const rows = async () =>
      Number((await db.read('select count(*) as n from otp_tallies where account_id = $1', [account]))[0]?.n)
    assert.equal(await rows(), 10)
    const purge = async () => {
      guard.start()
      clock.advance(60_000)
      await guard.stop()
    }
    clock.advance(2 * HOUR_MS)
    await purge()
    // What the account spent in a day is still known.
    assert.equal(await rows(), 1)
    clock.advance(24 * HOUR_MS)
    await purge()
    assert.equal(await rows(), 0)
  })

  test('more counts that have run out than one round deletes are gone within seconds', async () => {
    const db = await open()
    const { clock, guard, account } = createGuardRig(db)
    const rows = async () =>
      Number((await db.read('select count(*) as n from otp_tallies where account_id = $1', [account]))[0]?.n)
    const numbers = JSON.stringify(Array.from({ length: 10_500 }, (_, index) => [`+4915${index}`]))
    await db.write((tx) => tx.run(INSERT_TALLIES, [numbers, account, clock.now()]))
    guard.start()
    clock.advance(60_000)
    await waitFor(async () => (await rows()) === 500)
    for (let seconds = 0; seconds < 5; seconds++) {
      clock.advance(1_000)
      await rows()
    }
    await waitFor(async () => (await rows()) === 0)
    await guard.stop()
  })
})

onEveryStore('limits of failed checks', (openFresh) => {
  const open = openOnce(openFresh)

  test('after ten wrong codes within an hour a number is told to wait until the first is an hour old', async () => {
    const { clock, judge, record } = createGuardRig(await open())
    for (let failed = 0; failed < 10; failed++) {
      assert.equal(shown(await judge([NUMBER])), 'a')
      await record([NUMBER], false)
      clock.advance(60_000)
    }
    const [refused] = await judge([NUMBER])
    assert.equal(retryAfterMs(refused), HOUR_MS - 600_000)
    assert.equal(shown(await judge([NEIGHBOUR])), 'a')
    clock.advance(HOUR_MS - 600_001)
    assert.equal(shown(await judge([NUMBER])), 'r')
    clock.advance(1)
    assert.equal(shown(await judge([NUMBER])), 'a')
  })

  test('neither a new code nor a right one resets the count', async () => {
    const { judge, record, send } = createGuardRig(await open())
    await record(times(9), false)
    await send([NUMBER])
    await record([NUMBER], true)
    assert.equal(shown(await judge([NUMBER])), 'a')
    await record([NUMBER], false)
    assert.equal(shown(await judge([NUMBER])), 'r')
  })

  test('in a batch of a hundred no more are compared than may fail, and the others come again in a second', async () => {
    const { judge, record } = createGuardRig(await open())
    await record(times(7), false)
    const verdicts = await judge(times(100))
    assert.equal(shown(verdicts), `aaa${'r'.repeat(97)}`)
    assert.equal(retryAfterMs(verdicts.at(-1)), 1_000)
    await record(times(3), true)
    assert.equal(shown(await judge(times(4))), 'aaar')
  })

  test('another account cannot lock a number out', async () => {
    const { judge, record } = createGuardRig(await open())
    await record(times(50), false, 'attacker')
    assert.equal(shown(await judge([NUMBER], 'attacker')), 'r')
    assert.equal(shown(await judge([NUMBER])), 'a')
  })

  test('prefix and account have limits too', async () => {
    const limits = { failuresPerPrefix: 2, failuresPerAccount: 3 }
    const { judge, record } = createGuardRig(await open(), { limits })
    await record([NUMBER, NEIGHBOUR], false)
    assert.equal(shown(await judge([NUMBER, STRANGER])), 'ra')
    await record([STRANGER], false)
    const [, refused] = await judge([NUMBER, '+12025550143'])
    assert.equal(refused?.kind === 'refused' && refused.code, '1186')
  })
})

describe('two nodes over one PostgreSQL', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  test('do not pass a limit together, and do not block each other for good', async () => {
    const url = await postgres.url('nodes')
    const nodes = await Promise.all([openPostgres({ url }), openPostgres({ url })])
    try {
      const [first] = nodes
      assert.ok(first)
      await migrate(first)
      const clock = new FakeClock()
      const limits = { sendsPerNumber: 30, sendsPerPrefix: 50, failuresPerNumber: 30 }
      const rigs = nodes.map((db) => createGuardRig(db, { limits }, clock, 'acme'))

      const rounds = Array.from({ length: 20 }, (_, index) => index)
      const verdicts = await Promise.all(
        rigs.flatMap(({ send, judge, record }) =>
          rounds.map(async (round) => {
            // Not in the same order at both: rows that were locked one by one would end in a deadlock.
            const sent = await send(round % 2 === 0 ? [NUMBER, NEIGHBOUR] : [NEIGHBOUR, NUMBER])
            const judged = await judge([NUMBER])
            if (shown(judged) === 'a') await record([NUMBER], true)
            return sent
          }),
        ),
      )
      assert.equal(shown(verdicts.flat()).replaceAll('r', '').length, 50)
      assert.equal(
        await allowedOf(
          rigs.map(
            ({ send }) =>
              () =>
                send(times(20, STRANGER)),
          ),
        ),
        30,
      )
    } finally {
      await Promise.all(nodes.map((db) => db.close()))
    }
  })

  async function allowedOf(calls: readonly (() => Promise<Verdict[]>)[]): Promise<number> {
    const verdicts = await Promise.all(calls.map((call) => call()))
    return verdicts.flat().filter(({ kind }) => kind === 'allowed').length
  }
})

const INSERT_TALLIES = `
insert into otp_tallies (account_id, kind, subject, counts, sends, expires_at)
select $2, 'number', value->>0, '{}', 0, cast($3 as bigint) from rows($1)`
