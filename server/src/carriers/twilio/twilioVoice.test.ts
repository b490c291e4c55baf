import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { submitAll, submitTimes, testCarrierContract } from '../carrier.contract.ts'
import type { CallSubmission, Receipt, SubmitOutcome } from '../carrier.ts'
import type { TwilioCarrierConfig } from './config.ts'
import type { TwilioCarrierLogEvent } from './logEvent.ts'
import { signatureOf } from './signature.ts'
import { json, TestProvider } from './testProvider.ts'
import { createTwilioVoice } from './twilioVoice.ts'

testCarrierContract('voice carrier', async (context) => {
  const provider = await TestProvider.start(context)
  const rig = createRig(context, provider.baseUrl)
  return { carrier: rig.carrier, sample: sampleCall(), peer: provider, roomEvents: () => rig.roomEvents }
})

test('a call is asked for with the text twice, the caller of the message and the status URL', async (context) => {
  const provider = await TestProvider.start(context)
  const { carrier } = await startRig(
    context,
    provider.baseUrl,
    { ringSeconds: 25 },
    { statusUrl: 'https://a.example/s' },
  )
  await outcomeOf(carrier, { ...sampleCall(), text: 'Code 12 & <Dial>+49</Dial> "x"', language: 'de' })
  await outcomeOf(carrier, { ...sampleCall(), caller: number('+442079460000') })
  const [first, second] = provider.forms
  const say = '<Say language="de-DE" voice="Polly.Vicki">Code 12 &amp; &lt;Dial&gt;+49&lt;/Dial&gt; &quot;x&quot;</Say>'
  assert.deepEqual(
    [...(first ?? [])],
    [
      ['To', '+4915112345678'],
      ['From', '+4930123456'],
      ['Twiml', `<Response><Pause length="1"/>${say}<Pause length="1"/>${say}</Response>`],
      ['Timeout', '25'],
      ['StatusCallback', 'https://a.example/s'],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
    ],
  )
  assert.equal(second?.get('From'), '+442079460000')
})

test('refusals carry our own code and what to do, never the words of the provider', async (context) => {
  const provider = await TestProvider.start(context)
  const { carrier } = await startRig(context, provider.baseUrl)
  const refuse = async (status: number, body: object) => {
    provider.answerBy((response) => json(response, status, body))
    return outcomeOf(carrier)
  }
  const refused = (code: number, retry: string, reason: string) => ({ kind: 'refused', code, reason, retry })
  assert.deepEqual(
    await refuse(400, { code: 21_211, message: '+4915112345678 is not valid' }),
    refused(0x0b10, 'never', 'the number cannot be called (21211)'),
  )
  assert.deepEqual(
    await refuse(400, { code: 21_215 }),
    refused(0x0b11, 'next carrier', 'the voice account may not call this number (21215)'),
  )
  assert.deepEqual(
    await refuse(400, { code: 21_210 }),
    refused(0x0b12, 'next carrier', 'the caller is not allowed (21210)'),
  )
  assert.deepEqual(
    await refuse(400, { code: 'x' }),
    refused(0x0b16, 'never', 'the voice provider refused the call (HTTP 400)'),
  )
  assert.deepEqual(
    await refuse(307, {}),
    refused(0x0b15, 'next carrier', 'the voice provider points elsewhere (HTTP 307)'),
  )
  assert.deepEqual(await refuse(504, {}), { kind: 'unknown', reason: 'timeout' })
  assert.deepEqual(await refuse(201, { sid: '../Accounts' }), { kind: 'unknown', reason: 'bind lost' })
  assert.equal(carrier.health().up, true)
})

test('a text that is too long to be said is refused without a request', async (context) => {
  const provider = await TestProvider.start(context)
  const { carrier } = await startRig(context, provider.baseUrl)
  const outcome = await outcomeOf(carrier, { ...sampleCall(), text: 'a'.repeat(2_000) })
  assert.deepEqual(outcome, {
    kind: 'refused',
    code: 0x0b16,
    reason: 'the text is too long to be said',
    retry: 'never',
  })
  assert.equal(provider.received, 0)
})

test('credentials that are not accepted take the carrier down until they are, and another one gets the call', async (context) => {
  const provider = await TestProvider.start(context)
  const { carrier, log } = await startRig(context, provider.baseUrl)
  const unauthorised = { code: 20_003, message: 'Authenticate' }
  provider.showAccountBy((response) => json(response, 401, unauthorised))
  provider.answerBy((response) => json(response, 401, unauthorised))
  const outcome = await outcomeOf(carrier)
  assert.deepEqual(outcome, {
    kind: 'refused',
    code: 0x0b13,
    reason: 'the voice provider does not accept the account (20003)',
    retry: 'next carrier',
  })
  assert.equal(carrier.health().up, false)
  assert.equal(carrier.room(), 0)
  provider.showAccountBy((response) => json(response, 200, {}))
  await waitFor(() => carrier.room() > 0)
  assert.deepEqual(
    log.map(({ event }) => event),
    ['carrier.up', 'carrier.down', 'carrier.up'],
  )
})

test('after 429 nothing is asked for as long as the provider wishes', async (context) => {
  const provider = await TestProvider.start(context)
  const clock = new FakeClock()
  const rig = await startRig(context, provider.baseUrl, PATIENT, { clock })
  provider.answerBy((response) => json(response, 429, { code: 20_429 }, { 'retry-after': '7' }))
  const outcome = await outcomeOf(rig.carrier)
  assert.equal(outcome.kind === 'refused' && outcome.retry, 'same carrier later')
  assert.equal(rig.carrier.room(), 0)
  clock.advance(6_999)
  assert.equal(rig.carrier.room(), 0)
  const eventsBefore = rig.roomEvents
  clock.advance(1)
  assert.equal(rig.roomEvents, eventsBefore + 1)
  assert.equal(rig.carrier.room(), 10)
  assert.deepEqual(rig.log.at(-1), {
    event: 'carrier.throttled',
    carrierId: 'voice',
    reason: 'too many calls for the voice provider (20429)',
    pauseMs: 7_000,
  })
})

test('calls keep to their rate', async (context) => {
  const provider = await TestProvider.start(context)
  const clock = new FakeClock()
  const { carrier } = await startRig(context, provider.baseUrl, { ...PATIENT, throughput: 2 }, { clock })
  assert.equal(submitAll(carrier, sampleCall()).submitted, 1)
  clock.advance(499)
  assert.equal(carrier.room(), 0)
  clock.advance(1)
  assert.equal(carrier.room(), 1)
})

test('a connection that is refused leaves a call unsent, one that dies leaves it in doubt', async (context) => {
  const provider = await TestProvider.start(context)
  const { carrier } = await startRig(context, provider.baseUrl, { probeMs: 3_600_000 })
  provider.behave('hang up')
  assert.deepEqual(await outcomeOf(carrier), { kind: 'unknown', reason: 'bind lost' })
  await provider.goDown()
  const outcome = await outcomeOf(carrier)
  assert.equal(outcome.kind, 'unsent')
  assert.equal(carrier.health().up, false)
})

test('a host that takes connections and says nothing keeps the carrier down', async (context) => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  context.after(() => silent.close())
  const address = silent.address()
  assert.ok(address !== null && typeof address === 'object')
  const { carrier } = createRig(context, `http://127.0.0.1:${address.port}`, { requestTimeoutMs: 100 })
  carrier.start()
  await waitFor(() => carrier.health().lastError !== null)
  assert.deepEqual({ up: carrier.health().up, error: carrier.health().lastError }, { up: false, error: 'timeout' })
})

test('a signed callback becomes a receipt, and is taken once that is committed', async (context) => {
  const { carrier, receipts, answerReceiptsBy } = createRig(context, 'http://127.0.0.1:9')
  const url = 'https://a.example/carriers/voice/status'
  const send = (fields: Record<string, string>, token = 'secret') => {
    const form = { CallSid: 'CA1', ...fields }
    return carrier.receive({ url, form, signature: signatureOf(token, url, form) })
  }
  assert.equal(await send({ CallStatus: 'ringing' }), 'taken')
  assert.equal(await send({ CallStatus: 'completed', Timestamp: 'Tue, 31 Mar 2026 12:00:00 +0000' }), 'taken')
  assert.equal(await send({ CallStatus: 'busy' }), 'taken')
  assert.equal(await send({ CallStatus: 'no-answer' }), 'taken')
  assert.equal(await send({ CallStatus: 'canceled' }), 'taken')
  assert.equal(await send({ CallStatus: 'failed', SipResponseCode: '404' }), 'taken')
  const receipt = (state: string, errorCode: string, errorReason: string | null, doneAt: number | null = null) => {
    return { carrierId: 'voice', carrierMessageId: 'CA1', state, errorCode, errorReason, doneAt }
  }
  assert.deepEqual(receipts, [
    receipt('enroute', '0000', null),
    receipt('delivered', '0000', null, Date.UTC(2026, 2, 31, 12)),
    receipt('undelivered', '0b18', 'the phone is busy'),
    receipt('undelivered', '0b19', 'nobody answered the phone'),
    receipt('undelivered', '0b1a', 'the call was canceled before it was answered'),
    receipt('undelivered', '0b1b', 'the call could not be connected (SIP 404)'),
  ])
  answerReceiptsBy(() => false)
  assert.equal(await send({ CallStatus: 'completed' }), 'try later')
})

test('a callback that was replayed says the same again; one with a wrong signature says nothing', async (context) => {
  const { carrier, receipts, log } = createRig(context, 'http://127.0.0.1:9')
  const url = 'https://a.example/carriers/voice/status'
  const form = { CallSid: 'CA1', CallStatus: 'completed' }
  const signature = signatureOf('secret', url, form)
  assert.equal(await carrier.receive({ url, form, signature }), 'taken')
  assert.equal(await carrier.receive({ url, form, signature }), 'taken')
  assert.deepEqual(receipts[0], receipts[1])
  const wrong = [
    { url, form, signature: undefined },
    { url, form, signature: signatureOf('other', url, form) },
    { url: `${url}?x=1`, form, signature },
    { url, form: { ...form, CallStatus: 'busy' }, signature },
    { url, form: { ...form, more: '1' }, signature },
  ]
  for (const callback of wrong) assert.equal(await carrier.receive(callback), 'bad signature')
  assert.equal(receipts.length, 2)
  const strange = { CallSid: 'CA1', CallStatus: 'strange' }
  assert.equal(await carrier.receive({ url, form: strange, signature: signatureOf('secret', url, strange) }), 'taken')
  assert.equal(receipts.length, 2)
  assert.deepEqual(log, [{ event: 'carrier.receipt_unreadable', carrierId: 'voice' }])
})

/** A fake clock is moved on while answers are still on their way. */
const PATIENT = { probeMs: 3_600_000, requestTimeoutMs: 60_000 }

interface RigOptions {
  readonly clock?: Clock
  readonly statusUrl?: string
}

function createRig(
  context: TestContext,
  baseUrl: string,
  config: Partial<TwilioCarrierConfig> = {},
  { clock = systemClock, statusUrl }: RigOptions = {},
) {
  const receipts: Receipt[] = []
  const log: TwilioCarrierLogEvent[] = []
  let isTaken = () => true
  const rig = {
    receipts,
    log,
    roomEvents: 0,
    answerReceiptsBy(taken: () => boolean) {
      isTaken = taken
    },
    carrier: createTwilioVoice(
      {
        id: 'voice',
        type: 'twilio',
        accountSid: 'AC1',
        authToken: 'secret',
        from: '+4930123456',
        baseUrl,
        throughput: 0,
        requestTimeoutMs: 500,
        probeMs: 100,
        reconnectMsMin: 20,
        reconnectMsMax: 50,
        ...config,
      },
      {
        clock,
        statusUrl: () => statusUrl ?? null,
        log: (event) => log.push(event),
        events: {
          room() {
            rig.roomEvents++
          },
          receipt(receipt, answer) {
            const taken = isTaken()
            if (taken) receipts.push(receipt)
            setImmediate(answer, taken)
          },
        },
      },
    ),
  }
  context.after(() => rig.carrier.stop(0))
  return rig
}

async function startRig(...parameters: Parameters<typeof createRig>) {
  const rig = createRig(...parameters)
  rig.carrier.start()
  await waitFor(() => rig.carrier.room() > 0)
  return rig
}

async function outcomeOf(
  carrier: ReturnType<typeof createRig>['carrier'],
  submission = sampleCall(),
): Promise<SubmitOutcome> {
  const { outcomes } = submitTimes(carrier, 1, submission)
  await waitFor(() => outcomes.length === 1)
  const [outcome] = outcomes
  assert.ok(outcome !== undefined)
  return outcome
}

function sampleCall(): CallSubmission {
  return {
    messageId: 'message-1',
    caller: null,
    to: number('+4915112345678'),
    text: 'Hello',
    language: 'en',
    expiresAt: Date.now() + 3_600_000,
  }
}

function number(text: string) {
  const parsed = parseNumber(text)
  assert.ok(parsed !== null)
  return parsed
}
