import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import formbody from '@fastify/formbody'
import { simulatorRoutes } from '@heliograph/simulator/http'
import { startSmsc } from '@heliograph/simulator/smsc'
import type { HandsetCall } from '@heliograph/simulator/voice/callHandsets'
import fastify from 'fastify'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { statusPath, twilioStatusRoute } from '../../api/carriers/twilioStatus.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import type { Receipt, SubmitOutcome } from '../carrier.ts'
import { signatureOf } from './signature.ts'
import { createTwilioVoice } from './twilioVoice.ts'

test('a phone that answers hears the text twice, and the callbacks tell how the call went', async (context) => {
  const rig = await startRig(context)
  const text = `Ihr Code: 1 2 3 4. <Say>"&'</Say> ]]> 🔑`
  const outcome = await rig.call('+4915112345678', text)
  assert.equal(outcome.kind, 'accepted')
  await waitFor(() => rig.receipts.length === 4)
  const id = outcome.kind === 'accepted' ? outcome.carrierMessageId : ''
  assert.deepEqual(
    rig.receipts.map(({ carrierMessageId, state }) => [carrierMessageId, state]),
    [
      [id, 'enroute'],
      [id, 'enroute'],
      [id, 'enroute'],
      [id, 'delivered'],
    ],
  )
  const [call] = await rig.heard('+4915112345678')
  assert.deepEqual(call?.said, [text, text])
  assert.equal(call?.language, 'de-DE')
  assert.equal(call?.from, '+4930123456')
  assert.equal(call?.status, 'completed')
})

test('phones that do not answer become receipts with a reason', async (context) => {
  const rig = await startRig(context)
  const endings = { '01': '0b18', '02': '0b19', '03': '0b1b', '04': '0b1a' }
  for (const [ending, errorCode] of Object.entries(endings)) {
    const outcome = await rig.call(`+49151129997${ending}`)
    assert.equal(outcome.kind, 'accepted')
    await waitFor(() => rig.receipts.some((receipt) => receipt.errorCode === errorCode))
  }
})

test('requests that the provider refuses are refused', async (context) => {
  const rig = await startRig(context)
  const codeOf = async (ending: string) => {
    const outcome = await rig.call(`+49151129997${ending}`)
    return outcome.kind === 'refused' ? outcome.code : outcome.kind
  }
  assert.equal(await codeOf('20'), 0x0b10)
  assert.equal(await codeOf('21'), 0x0b11)
  assert.equal(await codeOf('22'), 0x0b12)
  assert.equal(await codeOf('41'), 'unknown')
  assert.equal(await codeOf('30'), 0x0b14)
})

test('a callback is refused by its signature, and answered 503 while it cannot be committed', async (context) => {
  const rig = await startRig(context)
  const form = { CallSid: 'CA1', CallStatus: 'completed' }
  const post = async (carrierId: string, signature?: string) => {
    const response = await fetch(rig.url + statusPath(carrierId), {
      method: 'POST',
      headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
      body: new URLSearchParams(form),
    })
    await response.body?.cancel()
    return response.status
  }
  assert.equal(await post('voice'), 403)
  assert.equal(await post('voice', signatureOf('other', rig.url + statusPath('voice'), form)), 403)
  assert.equal(await post('other', signatureOf('secret', rig.url + statusPath('other'), form)), 404)
  const right = signatureOf('secret', rig.url + statusPath('voice'), form)
  rig.refuseReceipts = 1
  assert.equal(await post('voice', right), 503)
  assert.equal(rig.receipts.length, 0)
  assert.equal(await post('voice', right), 204)
  assert.equal(rig.receipts.length, 1)
})

test('where no callback can reach us the calls are looked at until they end', async (context) => {
  const clock = new FakeClock()
  const rig = await startRig(context, { reachable: false, clock })
  const outcome = await rig.call('+4915112345678')
  assert.equal(outcome.kind, 'accepted')
  await waitFor(async () => (await rig.heard('+4915112345678'))[0]?.status === 'completed')
  rig.refuseReceipts = 1
  clock.advance(15_000)
  await waitFor(() => rig.refuseReceipts === 0)
  await waitFor(() => {
    clock.advance(1_000)
    return rig.receipts.length > 0
  })
  assert.equal(rig.receipts[0]?.state, 'delivered')
  clock.advance(600_000)
  assert.equal(rig.receipts.length, 1)
})

async function startRig(context: TestContext, { reachable = true, clock = systemClock as Clock } = {}) {
  const smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
  context.after(() => smsc.close())
  const app = fastify({ forceCloseConnections: true })
  app.setErrorHandler((error, _request, reply) => {
    const status = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : 500
    reply.code(typeof status === 'number' ? status : 500).send()
  })
  context.after(() => app.close())
  await app.register(formbody)
  await app.register(simulatorRoutes, { smsc })
  const receipts: Receipt[] = []
  let url = ''
  const carriers = new Map<string, ReturnType<typeof createTwilioVoice>>()
  twilioStatusRoute(app, { receiver: (id) => carriers.get(id), publicUrl: () => url })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  const rig = {
    url,
    receipts,
    refuseReceipts: 0,
    async call(to: string, text = 'Hello'): Promise<SubmitOutcome> {
      const recipient = parseNumber(to)
      assert.ok(recipient !== null)
      const expiresAt = Date.now() + 60_000
      return new Promise((resolve) => {
        carrier.submit({ messageId: 'm', caller: null, to: recipient, text, language: 'de', expiresAt }, resolve)
      })
    },
    async heard(number: string): Promise<readonly HandsetCall[]> {
      const response = await fetch(`${url}/sim/v1/handsets/${number}/calls`)
      const { calls } = (await response.json()) as { calls: HandsetCall[] }
      return calls
    },
  }
  const carrier = createTwilioVoice(
    {
      id: 'voice',
      type: 'twilio',
      accountSid: 'AC1',
      authToken: 'secret',
      from: '+4930123456',
      baseUrl: `${url}/sim/twilio/`,
      throughput: 0,
      requestTimeoutMs: 60_000,
      probeMs: 3_600_000,
    },
    {
      clock,
      statusUrl: () => (reachable ? url + statusPath('voice') : null),
      events: {
        room() {},
        receipt(receipt, answer) {
          const refused = rig.refuseReceipts > 0
          if (refused) rig.refuseReceipts--
          else receipts.push(receipt)
          setImmediate(answer, !refused)
        },
      },
    },
  )
  context.after(() => carrier.stop(0))
  carriers.set('voice', carrier)
  carrier.start()
  await waitFor(() => carrier.room() > 0)
  return rig
}
