import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { createTestOtps } from '../../test/testOtps.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

/** Two nodes with connections of their own to one store. */
async function withNodes(
  work: (first: ReturnType<typeof createTestOtps>, second: ReturnType<typeof createTestOtps>) => Promise<void>,
): Promise<void> {
  const url = await postgres.url('nodes')
  const stores = [await openPostgres({ url }), await openPostgres({ url })] as const
  try {
    await migrate(stores[0])
    const first = createTestOtps({ db: stores[0] })
    await work(first, createTestOtps({ db: stores[1], clock: first.clock, nodeId: 'node-2' }))
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

const ROUNDS = 10
