import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { openTestStore } from '../../test/openTestStore.ts'
import { START } from '../../test/sampleMessages.ts'
import { createTestOtps, LANDLINE, MOBILE, numberFrom, orderOf, refuseAll, sendingOtps } from '../../test/testOtps.ts'
import { createTestSealer } from '../../test/testSealer.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import { openText } from '../messages/content.ts'
import { MESSAGE_COLUMNS, type Message, messageFromRow } from '../messages/message.ts'

const UNKNOWN_ID = '019b7600-0000-7000-8000-000000000000'

const messagesOf = async (db: Database): Promise<Message[]> =>
  (await db.read(`select ${MESSAGE_COLUMNS} from messages order by id`)).map(messageFromRow)

onEveryStore('OTPs', (open) => {
  test('a code is sent in the words of its application, and verified by whoever received it', async () => {
    const world = await sendingOtps(await open())
    const application = await world.application({ pinLength: 6 })
    const otp = await world.send(application, { referenceId: 'order 7' })
    assert.deepEqual(
      { ...otp, id: '' },
      {
        id: '',
        accountId: 'acme',
        applicationId: application.id,
        number: MOBILE,
        status: 'active',
        attempts: 0,
        attemptsMax: 3,
        createdAt: START,
        expiresAt: START + 300_000,
        referenceId: 'order 7',
        finishedAt: null,
      },
    )
    await world.until(() => world.texts().length === 1)
    const code = /\b\d{6}\b/.exec(world.texts()[0] ?? '')?.[0] ?? assert.fail()
    const result = await world.otps.check({ accountId: 'acme', id: otp.id, code })
    assert.deepEqual(result, {
      kind: 'verified',
      otp: { ...otp, status: 'verified', attempts: 1, finishedAt: START },
    })
    assert.equal(await world.check(otp.id, code), 'over')
  })

  test('lists and the store show the message without its code, and nobody else the code at all', async () => {
    const world = await sendingOtps(await open())
    const application = await world.application()
    await world.send(application, { code: '4711' })
    await world.send(application, { code: '4711', text: 'Now: {{OTP}}, that is 4711' })
    await world.send(application, { code: '4711', text: 'Now: 47-11' })
    await world.until(() => world.texts().length === 3)
    assert.deepEqual(world.texts().slice(1), ['Now: 4711, that is 4711', 'Now: 47-11'])
    const bodies = (await messagesOf(world.db)).map(({ body }) => body)
    assert.match(bodies[0] ?? '', /code is \*{4}\./)
    assert.deepEqual(bodies.slice(1), ['****', '****'])
  })

  test('a landline is called, and a mobile and a number that may be either get an SMS', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application({ caller: '+493099999999' })
    await world.send(application, { number: LANDLINE, code: '4711', language: 'de' })
    await world.send(application, { number: MOBILE })
    await world.send(application, { number: numberFrom('+12025550123') })
    await world.send(application, { number: MOBILE, via: 'voice' })
    const messages = await messagesOf(world.db)
    assert.deepEqual(
      messages.map(({ channel }) => channel),
      ['voice', 'sms', 'sms', 'voice'],
    )
    const [call] = messages
    assert.ok(call !== undefined)
    assert.equal(call.sender, '+493099999999')
    assert.match(openText(createTestSealer(), call) ?? '', /4 7 1 1/)
    assert.doesNotMatch(call.body, /4 ?7 ?1 ?1/)
  })

  test('a caller that is no number is kept, and calls are from the number of the provider', async () => {
    const world = createTestOtps({ db: await open() })
    const named = await world.application({ caller: 'VERIFY' })
    assert.equal(named.caller, 'VERIFY')
    const numbered = await world.application({ caller: '+493099999999' })
    await world.send(named, { number: LANDLINE })
    await world.send(numbered, { number: LANDLINE, caller: '12345' })
    await world.send(named, { number: LANDLINE, caller: '+493088888888' })
    assert.deepEqual(
      (await messagesOf(world.db)).map(({ sender }) => sender),
      ['', '', '+493088888888'],
    )
  })

  test('a resend is judged by what is about to be sent, before it is', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application({ caller: '+493099999999' })
    const { id } = await world.send(application, { sender: { kind: 'alphanumeric', value: 'Shop' } })
    const edited = await world.applications.edit('acme', application.id, { countries: ['AT'] })
    const refuse = (expected: object) => ({
      judge: (send: object) => {
        assert.deepEqual(send, { number: MOBILE, application: edited, shown: expected })
        throw new Error('not so')
      },
    })
    const again = { accountId: 'acme', id, via: null, sender: null, caller: null }
    const bySms = refuse({ channel: 'sms', sender: 'Shop' })
    await assert.rejects(world.otps.resend({ ...again, ...bySms }), /not so/)
    const byCall = refuse({ channel: 'voice', caller: '+493099999999' })
    await assert.rejects(world.otps.resend({ ...again, via: 'voice', ...byCall }), /not so/)
    assert.equal((await messagesOf(world.db)).length, 1)
  })

  test('the same code is sent again for the rest of its time, and not once it is over', async () => {
    const world = await sendingOtps(await open())
    const application = await world.application()
    const { id } = await world.send(application, { text: 'Code {{OTP}} for {{SEC}} s' })
    await world.until(() => world.texts().length === 1)
    world.clock.advance(100_000)
    const again = { accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }
    assert.equal((await world.otps.resend(again)).kind, 'resent')
    await world.until(() => world.texts().length === 2)
    const [first = '', second] = world.texts()
    assert.equal(second, first.replace('300', '200'))
    assert.equal((await world.otps.resend({ ...again, accountId: 'other' })).kind, 'unknown')
    assert.equal((await world.otps.resend({ ...again, id: UNKNOWN_ID })).kind, 'unknown')
    world.clock.advance(200_000)
    const over = await world.otps.resend(again)
    assert.equal(over.kind === 'over' && over.otp.status, 'expired')
  })

  test('a resend goes as it went before, unless it says otherwise', async () => {
    const world = createTestOtps({ db: await open(), carriers: [] })
    const application = await world.application()
    const { id } = await world.send(application, { sender: { kind: 'alphanumeric', value: 'Shop' } })
    const again = { accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }
    await world.otps.resend(again)
    await world.otps.resend({ ...again, sender: { kind: 'alphanumeric', value: 'Other' } })
    await world.otps.resend({ ...again, via: 'voice', caller: LANDLINE })
    await world.otps.resend(again)
    assert.deepEqual(
      (await messagesOf(world.db)).map(({ sender }) => sender),
      ['Shop', 'Shop', 'Other', LANDLINE, LANDLINE],
    )
  })

  test('a deleted OTP is unknown to all, but that its number had one is still known', async () => {
    const world = createTestOtps({ db: await open() })
    const application = await world.application()
    assert.equal(await world.otps.list('acme', MOBILE), null)
    const first = await world.send(application, { code: '4711' })
    const second = await world.send(application)
    assert.deepEqual(await world.otps.list('acme', MOBILE), [second, first])
    assert.equal(await world.otps.remove('other', first.id), null)
    assert.deepEqual(await world.otps.remove('acme', first.id.toUpperCase()), first)
    assert.equal(await world.otps.remove('acme', first.id), null)
    assert.equal(await world.check(first.id, '4711'), 'unknown')
    assert.equal(await world.otps.read('acme', first.id), null)
    assert.equal(await world.otps.events('acme', first.id), null)
    assert.deepEqual(await world.otps.list('acme', MOBILE), [second])
    await world.otps.remove('acme', second.id)
    assert.deepEqual(await world.otps.list('acme', MOBILE), [])
    assert.deepEqual(await world.db.read('select id from otps where sealed is not null'), [])
  })

  test("another account's OTP is unknown, and its checks use no attempt", async () => {
    const world = createTestOtps({ db: await open() })
    const { id } = await world.send(await world.application(), { code: '4711' })
    assert.equal(await world.check(id, '4711', 'other'), 'unknown')
    assert.equal(await world.check('no id', '4711'), 'unknown')
    assert.equal(await world.check('\0', '4711'), 'unknown')
    assert.equal(await world.otps.read('other', id), null)
    assert.equal(await world.otps.events('other', id), null)
    assert.equal(await world.otps.list('other', MOBILE), null)
    assert.equal((await world.otps.read('acme', id))?.attempts, 0)
  })

  test('what the guard refuses is neither sent nor compared', async () => {
    const db = await open()
    const plain = createTestOtps({ db })
    const guarded = createTestOtps({ db, nodeId: 'node-2', guard: refuseAll })
    const application = await plain.application()
    const { id } = await plain.send(application, { code: '4711' })
    const limited = { kind: 'limited', code: '1201', reason: 'too many', retryAfterMs: 60_000 }
    assert.deepEqual(await guarded.otps.send(orderOf(application)), limited)
    const again = { accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }
    assert.deepEqual(await guarded.otps.resend(again), limited)
    const checks = await Promise.all(Array.from({ length: 9 }, () => guarded.check(id, '4711')))
    assert.deepEqual(new Set(checks), new Set(['limited']))
    assert.equal((await messagesOf(db)).length, 1)
    assert.equal((await db.read('select id from otps')).length, 1)
    assert.equal(await plain.check(id, '4711'), 'verified')
    // What is over needs no comparison, so there is nothing to guard.
    assert.equal(await guarded.check(id, '4711'), 'over')
  })
})

test('while the store is away callers hear of it, and nothing was sent or compared', async (context) => {
  const db = new UnreliableDatabase(await openTestStore(context))
  const world = createTestOtps({ db })
  const application = await world.application()
  const { id } = await world.send(application, { code: '4711' })
  db.mode = 'down'
  await assert.rejects(world.otps.send(orderOf(application)), DatabaseUnavailable)
  await assert.rejects(world.check(id, '0000'), DatabaseUnavailable)
  db.mode = 'up'
  assert.equal((await world.otps.list('acme', MOBILE))?.length, 1)
  assert.equal((await world.otps.read('acme', id))?.attempts, 0)
})
