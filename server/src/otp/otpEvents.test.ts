import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { sampleMessage } from '../../test/sampleMessages.ts'
import { createTestOtps, sendingOtps, type TestOtps } from '../../test/testOtps.ts'
import { otpFollower } from './deliveryEvents.ts'
import { insertOtps } from './otpRows.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const stories = async ({ otps }: TestOtps, id: string) =>
  (await otps.events('acme', id))?.map(({ kind, channel, outcome, text }) => [kind, channel, outcome, text].join(' '))

onEveryStore('events of OTPs', (open) => {
  test('events tell each send, each status of its messages, each check and the end', async () => {
    const world = await sendingOtps(await open())
    const { id } = await world.send(await world.application(), { code: '4711' })
    await world.until(async () => (await stories(world, id))?.length === 2)
    const [carrier] = world.carriers
    const messageId = carrier?.receivedIds()[0] ?? assert.fail()
    world.clock.advance(2_000)
    const receipt = { carrierId: 'carrier', carrierMessageId: `${messageId}/1/1`, state: 'delivered' as const }
    await world.receive({ ...receipt, errorCode: '0000', doneAt: null })
    await world.check(id, '0000')
    await world.check(id, '4711')
    await world.check(id, '4711')
    assert.deepEqual(await stories(world, id), [
      'send sms success active',
      'delivery sms  submitted',
      'delivery sms success delivered',
      'check  failed active',
      'check  success verified',
      'final  success verified',
    ])
  })

  test('a message that no carrier takes is told as failed', async () => {
    const world = createTestOtps({ db: await open(), carriers: [] })
    const { id } = await world.send(await world.application())
    assert.deepEqual(await stories(world, id), ['send sms failed active', 'delivery sms failed rejected'])
  })

  test('old OTPs are purged with their events, and late news of their messages is dropped', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application()
    const old = await world.send(application)
    world.sweeper.start()
    await world.advance(80 * DAY_MS)
    const young = await world.send(application)
    await world.advance(10 * DAY_MS)
    await world.until(async () => {
      world.clock.advance(HOUR_MS)
      return (await world.db.read('select id from otps')).length === 1
    })
    await world.sweeper.stop()
    const message = sampleMessage({ origin: { kind: 'otp', id: old.id }, status: 'delivered' })
    await world.db.write((tx) => otpFollower(world).changed(tx, [{ message, parts: [] }]))
    const events = await world.db.read('select distinct otp_id from otp_events')
    assert.deepEqual(
      events.map((row) => row.otp_id),
      [young.id],
    )
    assert.deepEqual(world.troubles, [])
  })

  test('more old OTPs than one round purges are gone within the hour', async () => {
    const world = createTestOtps({ db: await open() })
    const otp = await world.send(await world.application())
    const stored = { otp, sealed: null, refusalTold: false, sending: SENDING }
    const many = Array.from({ length: 10_500 }, () => ({ ...stored, otp: { ...otp, id: world.newId() } }))
    await world.db.write(async (tx) => insertOtps(tx, many))
    await world.advance(91 * DAY_MS)
    const startedAt = world.clock.now()
    world.sweeper.start()
    await world.until(async () => {
      world.clock.advance(1_000)
      return (await world.db.read('select id from otps limit 1')).length === 0
    })
    await world.sweeper.stop()
    assert.ok(world.clock.now() - startedAt < HOUR_MS)
    assert.deepEqual(world.troubles, [])
  })
})

const SENDING = { channel: 'sms', language: null, sender: null, caller: null } as const
