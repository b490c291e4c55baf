import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, Installation } from './heliograph.ts'

// Every magic number of docs/operate/simulator.md ends as the manual says, in the status and in the callback.

let heliograph: Installation
let receiver: WebhookReceiver

before(async () => {
  receiver = await startReceiver()
  heliograph = await Installation.create({
    config: { webhooks: { allowPrivateNetworks: true }, accounts: [accountOf('acme')], simulator: true },
  })
  await heliograph.start()
})
after(async () => {
  await heliograph.remove()
  await receiver.close()
})

interface MagicNumber {
  readonly ending: string
  readonly status: string
  readonly errorCode: string
}

/** The rows of the manual whose last two columns are a final status and its error code. */
function documentedOutcomes(): MagicNumber[] {
  const manual = readFileSync(new URL('../../../docs/operate/simulator.md', import.meta.url), 'utf8')
  const rows = manual.matchAll(/^\| `(\d{6})` \|[^|]*\| ([A-Z]+) \| ([0-9a-f]{4}) \|$/gm)
  return [...rows].map(([, ending = '', status = '', errorCode = '']) => ({ ending, status, errorCode }))
}

const send = (ending: string) =>
  heliograph.send({ to: `+4915112${ending}`, callbackUrl: `${receiver.origin}/${ending}` })

test('every documented final state is reached with its error code and one callback that says the same', async () => {
  const outcomes = documentedOutcomes()
  assert(outcomes.length >= 21, `${outcomes.length} rows were found`)
  for (const { ending, status, errorCode } of outcomes) {
    const { requestId } = await send(ending)
    await waitFor(() => receiver.callsTo(`/${ending}`).length === 1)
    const message = await heliograph.statusOf(requestId)
    assert.deepEqual([message.status, message.errorCode], [status, errorCode], ending)
    assert.deepEqual(JSON.parse(receiver.callsTo(`/${ending}`)[0]?.body ?? ''), message, ending)
    assert.equal(message.errorReason === null, status === 'DELIVERED' || errorCode === '0000', ending)
  }
})

test('odd receipts end where they should, once', async () => {
  const manual = readFileSync(new URL('../../../docs/operate/simulator.md', import.meta.url), 'utf8')
  const endings = [...manual.matchAll(/^\| `(9994\d\d)` \|/gm)].map(([, ending = '']) => ending)
  assert(endings.length >= 10, `${endings.length} rows were found`)
  for (const ending of endings) {
    const { requestId } = await send(ending)
    const status = ending === '999409' ? 'EXPIRED' : 'DELIVERED'
    const message = await heliograph.untilStatus(requestId, status)
    assert.equal(message.errorCode, '0000', ending)
    await waitFor(() => receiver.callsTo(`/${ending}`).length === 1)
    assert.equal(JSON.parse(receiver.callsTo(`/${ending}`)[0]?.body ?? '').status, status)
  }
})

test('a message is BUFFERED from its submission until its late receipt', async () => {
  const { requestId } = await send('999101')
  await heliograph.untilStatus(requestId, 'BUFFERED')
  assert.notEqual((await heliograph.statusOf(requestId)).sentDate, null)
  await heliograph.untilStatus(requestId, 'DELIVERED')
})

test('a temporary refusal is tried again until the carrier takes the message', async () => {
  const outcome = { submit: { kind: 'refuse', commandStatus: 8, times: 2 } }
  const path = `/sim/v1/outcomes/${encodeURIComponent('+4915112700001')}`
  assert.equal((await heliograph.call(path, { method: 'PUT', body: outcome })).status, 200)
  const { requestId } = await send('700001')
  const waiting = await heliograph.untilStatus(requestId, 'BUFFERED')
  assert.deepEqual([waiting.errorCode, waiting.errorReason], ['0008', 'ESME_RSYSERR'])
  const done = await heliograph.untilStatus(requestId, 'DELIVERED', 40_000)
  assert.deepEqual([done.errorCode, done.errorReason], ['0000', null])
  const { submissions } = (
    await heliograph.call<{ submissions: { status: string }[] }>(`/api/v1/messages/${requestId}`)
  ).body
  assert.deepEqual(
    submissions.map(({ status }) => status),
    ['refused', 'refused', 'delivered'],
  )
  assert.equal(receiver.callsTo('/700001').length, 1)
})

test('each callback came once in all', () => {
  const ids = receiver.calls.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})
