import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { createGuardRig } from '../../test/guardRig.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { START } from '../../test/sampleMessages.ts'
import { allowAll, createTestOtps, type TestOtps } from '../../test/testOtps.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import type { OtpGuard } from './guard/guard.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

/** Two nodes with connections of their own to one store. */
async function withNodes(
  work: (first: TestOtps, second: TestOtps, db: Database) => Promise<void>,
  guardOf: (db: Database, clock: FakeClock) => OtpGuard = () => allowAll,
): Promise<void> {
  const url = await postgres.url('nodes')
  const stores = [await openPostgres({ url }), await openPostgres({ url })] as const
  try {
    await migrate(stores[0])
    const clock = new FakeClock(START)
    const [first, second] = stores.map((db, index) =>
      createTestOtps({ db, clock, nodeId: `node-${index + 1}`, guard: guardOf(db, clock) }),
    )
    assert.ok(first !== undefined && second !== undefined)
    await work(first, second, stores[0])
  } finally {
    await Promise.all(stores.map((db) => db.close()))
  }
}

test('two nodes that are asked at once share the attempts of an OTP', () =>
  withNodes(async (first, second) => {
    const application = await first.application({ attempts: 5 })
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await first.send(application, { code: '4711' })
      const checks = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).check(id, '0000'))
      const answers = await Promise.all(checks)
      const count = (kind: string) => answers.filter((answer) => answer === kind).length
      assert.deepEqual([count('wrong'), count('refused'), count('over')], [5, 1, 34])
    }
  }))

test('of two nodes that are given the right code at once, one verifies', () =>
  withNodes(async (first, second) => {
    const application = await first.application()
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await first.send(application, { code: '4711' })
      const answers = await Promise.all([first.check(id, '4711'), second.check(id, '4711')])
      assert.deepEqual(answers.sort(), ['over', 'verified'])
    }
  }))

test('nodes that check the same OTPs in opposite orders do not hold each other up', () =>
  withNodes(async (first, second) => {
    const application = await first.application({ attempts: 10 })
    const otps = await Promise.all(Array.from({ length: 50 }, () => first.send(application, { code: '4711' })))
    for (let round = 0; round < 4; round++) {
      const answers = await Promise.all([
        ...otps.map(({ id }) => first.check(id, '0000')),
        ...otps.toReversed().map(({ id }) => second.check(id, '0000')),
      ])
      assert.deepEqual(new Set(answers), new Set(['wrong']))
    }
  }))

test('a node that sends and checks in one commit and one that checks the same OTP never wait for each other', async () => {
  const limits = { sendsPerNumber: 1_000, failuresPerNumber: 1_000 }
  await withNodes(
    async (first, second, db) => {
      const application = await first.application({ attempts: 10 })
      const { id } = await first.send(application, { code: '4711' })
      for (let round = 0; round < ROUNDS; round++) {
        const other = await first.send(application, { code: '4711' })
        await Promise.all([
          first.send(application),
          first.otps.resend({ accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }),
          first.check(other.id, '0000'),
          second.otps.resend({ accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }),
          second.check(other.id, '0000'),
        ])
      }
      const [row] = await db.read(DEADLOCKS)
      assert.equal(Number(row?.deadlocks), 0)
    },
    (db, clock) => createGuardRig(db, { limits }, clock).guard,
  )
})

const DEADLOCKS = 'select deadlocks from pg_stat_database where datname = current_database()'
const ROUNDS = 10
