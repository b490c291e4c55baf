import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { CommandStatus } from '@heliograph/smpp/status'
import { type NpmPdu, type NpmSession, startNpmSmsc } from '../../src/carriers/smpp/npmSmsc.ts'
import { TestSmsc } from '../../src/carriers/smpp/testSmsc.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, carrierOf, Installation } from './heliograph.ts'

// Carriers go down, say no, slow down and come back; messages find their way.

let first: Smsc
let second: Smsc
let heliograph: Installation

const listenOn = (port: number) => startSmsc({ host: '127.0.0.1', port, resendMs: 100 })

before(async () => {
  first = await listenOn(0)
  second = await listenOn(0)
  heliograph = await Installation.create({
    config: {
      accounts: [accountOf('acme')],
      carriers: [
        carrierOf('first', first.port, { binds: 2, bindType: 'transmitter+receiver' }),
        carrierOf('second', second.port),
      ],
      routes: [
        { carrier: 'first', priority: 1 },
        { carrier: 'second', gateway: 'DEFAULT', priority: 2 },
      ],
    },
  })
  await heliograph.start()
  await waitFor(() => isUp('second'))
})
after(async () => {
  await heliograph.remove()
  await Promise.all([first.close(), second.close()])
})

let numbers = 0
const handset = () => `4915112${700_000 + ++numbers}`
const isUp = async (carrierId: string) => (await stateOf(carrierId)).up

interface Readiness {
  readonly carriers: readonly { readonly id: string; readonly up: boolean; readonly lastError: string | null }[]
}

async function stateOf(carrierId: string) {
  const { carriers } = (await heliograph.call<Readiness>('/readyz')).body
  return carriers.find(({ id }) => id === carrierId) ?? assert.fail(carrierId)
}

async function sendAndDeliver(to: string, more: object = {}): Promise<void> {
  const { requestId } = await heliograph.send({ to, ...more })
  await heliograph.untilStatus(requestId, 'DELIVERED')
}

const arrivedAt = (smsc: Smsc, number: string) => smsc.handsets.messages(number).length

test('receipts count on whatever bind they come', async () => {
  const sent = await Promise.all(Array.from({ length: 20 }, () => heliograph.send({ to: handset() })))
  for (const { requestId } of sent) await heliograph.untilStatus(requestId, 'DELIVERED')
})

test('a carrier that says no to one message is followed by the next', async () => {
  const to = handset()
  const submit = { kind: 'refuse', commandStatus: CommandStatus.ESME_RINVSRCADR, times: null } as const
  first.outcomes.set(to, { ...first.outcomes.find(to), submit })
  await sendAndDeliver(to)
  assert.deepEqual([arrivedAt(first, to), arrivedAt(second, to)], [0, 1])
})

test('with a carrier down messages take the next one, or wait where there is none, and return when it is back', async () => {
  const { port } = first
  await first.close()
  await waitFor(async () => !(await isUp('first')))
  assert.notEqual((await stateOf('first')).lastError, null)
  assert.equal((await heliograph.call('/readyz')).status, 200, 'one carrier is enough')

  const elsewhere = handset()
  await sendAndDeliver(elsewhere)
  assert.equal(arrivedAt(second, elsewhere), 1)
  const patient = handset()
  const { requestId } = await heliograph.send({ to: patient, gateway: 'ONLY-FIRST' })

  await second.close()
  await waitFor(async () => (await heliograph.call('/readyz')).status === 503)
  const nobody = handset()
  const stranded = await heliograph.send({ to: nobody })
  assert.equal((await heliograph.statusOf(stranded.requestId)).status, 'ACCEPTED')

  first = await listenOn(port)
  await heliograph.untilStatus(requestId, 'DELIVERED')
  await heliograph.untilStatus(stranded.requestId, 'DELIVERED')
  assert.deepEqual([arrivedAt(first, patient), arrivedAt(first, nobody)], [1, 1])
  const home = handset()
  await sendAndDeliver(home)
  assert.equal(arrivedAt(first, home), 1)
  second = await listenOn(second.port)
  await waitFor(() => isUp('second'))
})

test('a connection that breaks on a submit loses nothing and doubles only what was taken', async () => {
  const arrived: Record<string, number> = {}
  for (const ending of ['999600', '999601', '999602']) {
    const to = `4915112${ending}`
    await sendAndDeliver(to, { gateway: 'ONLY-FIRST' })
    arrived[ending] = arrivedAt(first, to)
  }
  assert.deepEqual(arrived, { 999600: 1, 999601: 2, 999602: 2 })
})

describe('with a server of their own', { concurrency: true }, () => {
  test('a carrier that throttles is given a rest, and then gets everything once', async (context) => {
    const smsc = await TestSmsc.start(context)
    smsc.behave('throttle')
    const throttled = await Installation.create({
      config: { accounts: [accountOf('acme')], carriers: [carrierOf('busy', smsc.port)] },
    })
    context.after(() => throttled.remove())
    await throttled.start()
    const sent = await Promise.all(Array.from({ length: 10 }, () => throttled.send({ to: handset() })))
    await waitFor(() => smsc.received >= 1)
    for (const { requestId } of sent) assert.match((await throttled.statusOf(requestId)).status, /ACCEPTED|BUFFERED/)
    const taken: string[] = []
    smsc.answerBy((submit, { session }) => {
      taken.push(submit.destinationAddr)
      smsc.accept(submit, session)
    })
    await waitFor(() => taken.length >= sent.length)
    assert.deepEqual(taken.sort(), sent.map(({ to }) => to.slice(1)).sort())
    assert.equal(await throttled.metric('heliograph_segment_submissions_total{carrier="busy",outcome="accepted"}'), 10)
  })

  test('an SMSC of another make is a carrier from the first submit to the receipt', async (context) => {
    const submits: NpmPdu[] = []
    const smsc = await startNpmSmsc((pdu: NpmPdu, session: NpmSession) => {
      if (pdu.command !== 'submit_sm') {
        session.send(pdu.response())
        return
      }
      const messageId = `id-${submits.push(pdu)}`
      session.send(pdu.response({ message_id: messageId }))
      const text = `id:${messageId} sub:001 dlvrd:001 submit date:2611221159 done date:2611221200 stat:DELIVRD err:000 text:`
      session.deliver_sm({ esm_class: 4, short_message: text, source_addr: pdu.destination_addr }, () => {})
    })
    context.after(() => smsc.close())
    const other = await Installation.create({
      config: { accounts: [accountOf('acme')], carriers: [carrierOf('npm', smsc.port)] },
    })
    context.after(() => other.remove())
    await other.start()
    const message = 'Grüße @ € '.repeat(30)
    const { requestId, size } = await other.send({ to: handset(), message })
    const done = await other.untilStatus(requestId, 'DELIVERED')
    assert.deepEqual([size, done.parts.map(({ deliveryState }) => deliveryState)], [3, Array(3).fill('DELIVERED')])
    assert.equal(submits.map((pdu) => pdu.short_message?.message).join(''), message)
  })
})
