import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { guardSettings } from '../../test/guardRig.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { createTestOtps } from '../../test/testOtps.ts'
import type { Database } from '../db/database.ts'
import { createIds } from '../ids.ts'
import { createOtpGuard } from './guard/guard.ts'

const sealedCodes = async (db: Database) =>
  (await db.read('select count(*) as sealed from otps where sealed is not null'))[0]?.sealed

onEveryStore('checks of OTPs', (open) => {
  test('a wrong code uses an attempt, the last one ends it, and the right code comes too late', async () => {
    const world = createTestOtps({ db: await open() })
    const { id } = await world.send(await world.application({ attempts: 2 }), { code: '4711' })
    assert.equal(await world.check(id, '4712'), 'wrong')
    assert.equal((await world.otps.read('acme', id))?.status, 'active')
    assert.equal(await world.check(id, ''), 'wrong')
    const used = await world.otps.read('acme', id)
    assert.deepEqual([used?.status, used?.attempts, used?.finishedAt], ['too many attempts', 2, START])
    assert.equal(await sealedCodes(world.db), 0)
    assert.equal(await world.check(id, '4711'), 'refused')
    assert.equal(await world.check(id, '4711'), 'over')
    assert.equal((await world.otps.read('acme', id))?.attempts, 2)
  })

  test('the right code on the last permitted attempt passes', async () => {
    const world = createTestOtps({ db: await open() })
    const { id } = await world.send(await world.application({ attempts: 2 }), { code: '4711' })
    assert.equal(await world.check(id, '0000'), 'wrong')
    assert.equal(await world.check(id, ' 47 11 '), 'verified')
    assert.equal(await sealedCodes(world.db), 0)
  })

  test('200 checks at once of an OTP with 3 attempts evaluate exactly 3', async () => {
    const world = createTestOtps({ db: await open() })
    const { id } = await world.send(await world.application({ attempts: 3 }), { code: '4711' })
    const kinds = await Promise.all(Array.from({ length: 200 }, () => world.check(id, '0000')))
    assert.deepEqual(tally(kinds), { wrong: 3, refused: 1, over: 196 })
    assert.equal((await world.otps.read('acme', id))?.attempts, 3)
  })

  test('a new OTP does not give a number more tries than the guard allows it', async () => {
    const world = await guardedOtps(await open(), { failuresPerNumber: 7 })
    const application = await world.application({ attempts: 3 })
    const kinds: string[] = []
    for (let sent = 0; sent < 4; sent++) {
      const { id } = await world.send(application, { code: '4711' })
      kinds.push(...(await Promise.all(Array.from({ length: 50 }, () => world.check(id, '0000')))))
    }
    assert.deepEqual(tally(kinds), { wrong: 7, refused: 2, over: 92, limited: 99 })
  })

  test('200 right codes at once verify once', async () => {
    const world = createTestOtps({ db: await open() })
    const { id } = await world.send(await world.application(), { code: '4711' })
    const kinds = await Promise.all(Array.from({ length: 200 }, () => world.check(id, '4711')))
    assert.deepEqual(tally(kinds), { verified: 1, over: 199 })
  })

  test('the end of its time is told once, whether the sweeper or the check finds it first', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application({ expireSeconds: 30 })
    const swept = await world.send(application, { code: '4711' })
    world.sweeper.start()
    await world.advance(29_000)
    assert.equal((await world.otps.read('acme', swept.id))?.status, 'active')
    await world.until(async () => {
      world.clock.advance(1_000)
      return (await sealedCodes(world.db)) === 0
    })
    await world.sweeper.stop()
    const found = await world.send(application, { code: '4711' })
    world.clock.advance(30_000)
    for (const { id, expiresAt } of [swept, found]) {
      const expired = await world.otps.read('acme', id)
      assert.deepEqual([expired?.status, expired?.finishedAt], ['expired', expiresAt])
      assert.equal(await world.check(id, '4711'), 'refused')
      assert.equal(await world.check(id, '4711'), 'over')
      const events = await world.otps.events('acme', id)
      assert.equal(events?.filter(({ kind }) => kind === 'final').length, 1)
    }
    assert.equal(await sealedCodes(world.db), 0)
    assert.deepEqual(world.troubles, [])
  })

  test('an OTP whose application is gone can be read, and no more', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application()
    const { id } = await world.send(application, { code: '4711' })
    await world.applications.remove('acme', application.id)
    assert.equal((await world.otps.read('acme', id))?.status, 'active')
    const again = { accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }
    assert.equal((await world.otps.resend(again)).kind, 'over')
    assert.equal(await world.check(id, '4711'), 'over')
    assert.equal(await sealedCodes(world.db), 0)
  })
})

async function guardedOtps(db: Database, limits: object) {
  const clock = new FakeClock(START)
  const settings = guardSettings({ limits })
  const trouble = (error: unknown) => assert.fail(String(error))
  return createTestOtps({ db, clock, guard: createOtpGuard({ db, clock, newId: createIds(clock), settings, trouble }) })
}

function tally(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
