import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import { startSmsc } from '@heliograph/simulator/smsc'
import { TestSmsc } from '../../src/carriers/smpp/testSmsc.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, carrierOf, Installation, KEY } from './heliograph.ts'

// What became of a message whose answer never came, and how the server ends when it is asked to.

interface Explained {
  readonly inDoubt: boolean
  readonly status: string
  readonly state: string
}

async function startWith(context: TestContext, carrier: object): Promise<Installation> {
  const heliograph = await Installation.create({ config: { accounts: [accountOf('acme')], carriers: [carrier] } })
  context.after(() => heliograph.remove())
  await heliograph.start()
  return heliograph
}

const explain = async (heliograph: Installation, requestId: string) =>
  (await heliograph.call<Explained>(`/api/v1/messages/${requestId}`)).body

const sentTo = (smsc: TestSmsc, number: string) =>
  smsc.binds.flatMap(({ submits }) => submits).filter(({ destinationAddr }) => destinationAddr === number).length

// Each mostly waits for time to pass, so they wait together.
describe('stops and doubts', { concurrency: true }, () => {
  for (const onDoubt of ['resend', 'hold'] as const) {
    const outcome = onDoubt === 'resend' ? 'is sent again' : 'is never sent again, and shown as in doubt'

    test(`after a crash a message that went out without an answer ${outcome} where the carrier says ${onDoubt}`, async (context) => {
      const smsc = await TestSmsc.start(context)
      smsc.behave('be silent')
      const heliograph = await startWith(context, carrierOf('smsc', smsc.port, { onDoubt }))
      const { requestId } = await heliograph.send({ to: '+4915112345678' })
      await waitFor(() => sentTo(smsc, '4915112345678') === 1)
      await heliograph.kill()
      smsc.behave('accept')
      await heliograph.start()
      await expectEnd(heliograph, smsc, { requestId, onDoubt })
    })

    test(`a message without an answer in time ${outcome} where the carrier says ${onDoubt}`, async (context) => {
      const smsc = await TestSmsc.start(context)
      smsc.behave('be silent')
      const heliograph = await startWith(context, carrierOf('smsc', smsc.port, { onDoubt, responseTimeoutMs: 200 }))
      const { requestId } = await heliograph.send({ to: '+4915112345678' })
      await waitFor(() => sentTo(smsc, '4915112345678') === 1)
      await waitFor(async () => (await heliograph.metric('heliograph_messages_in_doubt_total{carrier="smsc"}')) === 1)
      await waitFor(async () => (await explain(heliograph, requestId)).inDoubt)
      smsc.behave('accept')
      await expectEnd(heliograph, smsc, { requestId, onDoubt })
    })
  }

  test('SIGTERM under load ends with 0 in under 10 s, even with answers outstanding, and nothing is lost', async (context) => {
    const smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
    context.after(() => smsc.close())
    const heliograph = await startWith(context, carrierOf('smsc', smsc.port, { window: 20 }))
    // The response to this one takes longer than a stop may.
    const slow = await heliograph.send({ to: '+4915112999599' })
    const acknowledged = new Map<string, string>([[slow.requestId, '4915112999599']])
    let count = 0
    const sendUntilGone = async () => {
      for (;;) {
        const number = `49151${23_000_000 + ++count}`
        try {
          const { requestId } = await heliograph.send({ to: number })
          acknowledged.set(requestId, number)
        } catch {
          return // It listens no more.
        }
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, sendUntilGone))
    await waitFor(() => acknowledged.size >= 100)
    const { code, tookMs } = await heliograph.stop()
    await clients
    assert.equal(code, 0)
    assert(tookMs < 10_000, `took ${tookMs} ms`)
    assert.equal(heliograph.errors, '')
    acknowledged.delete(slow.requestId)

    await heliograph.start()
    for (const [requestId, number] of acknowledged) {
      await heliograph.untilStatus(requestId, 'DELIVERED')
      assert.equal(smsc.handsets.messages(number).length, 1, 'once, because a stop leaves no doubt')
    }
  })

  test('a request under way when the server is asked to stop still gets its answer, and its message goes out later', async (context) => {
    const smsc = await TestSmsc.start(context)
    const heliograph = await startWith(context, carrierOf('smsc', smsc.port))
    const body = JSON.stringify({ to: '+4915112345678', from: 'Heliograph', message: 'Hello' })
    const call = request(`${heliograph.url}/messaging/v1/sms`, {
      method: 'POST',
      headers: {
        apikey: KEY,
        'content-type': 'application/json',
        'content-length': body.length,
        expect: '100-continue',
      },
    })
    call.flushHeaders()
    await once(call, 'continue')
    const stopped = heliograph.stop()
    await waitFor(() =>
      fetch(`${heliograph.url}/healthz`).then(
        () => false,
        () => true,
      ),
    )
    const answered = once(call, 'response')
    call.end(body)
    const [{ statusCode }] = await answered
    assert.equal(statusCode, 200)
    assert.equal((await stopped).code, 0)
    await heliograph.start()
    await waitFor(() => sentTo(smsc, '4915112345678') === 1)
  })
})

async function expectEnd(
  heliograph: Installation,
  smsc: TestSmsc,
  { requestId, onDoubt }: { requestId: string; onDoubt: 'resend' | 'hold' },
): Promise<void> {
  if (onDoubt === 'resend') {
    await waitFor(() => sentTo(smsc, '4915112345678') === 2)
    await waitFor(async () => (await explain(heliograph, requestId)).state === 'submitted')
    assert.equal((await explain(heliograph, requestId)).inDoubt, false)
    return
  }
  // A later message, scheduled beyond the first wait of the retry ladder, has gone: the first would have gone before it.
  const sendDateTime = new Date(Date.now() + 3_500).toISOString()
  await heliograph.send({ to: '+4915112345679', sendDateTime })
  await waitFor(() => sentTo(smsc, '4915112345679') === 1)
  assert.equal(sentTo(smsc, '4915112345678'), 1)
  const { inDoubt, status, state } = await explain(heliograph, requestId)
  assert.deepEqual([inDoubt, status, state], [true, 'BUFFERED', 'submitted'])
}
