import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CommandStatus } from '@heliograph/smpp/status'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { sampleSubmission, submitAll, submitTimes, testCarrierContract } from '../carrier.contract.ts'
import type { Carrier, InboundPart, Receipt } from '../carrier.ts'
import type { SmppCarrierConfig } from './config.ts'
import type { SmppCarrierLogEvent } from './logEvent.ts'
import { createSmppCarrier } from './smppCarrier.ts'
import { TestSmsc } from './testSmsc.ts'

testCarrierContract('SMPP carrier', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = createRig(context, smsc, { window: 10, binds: 2, responseTimeoutMs: 500 })
  return { carrier: rig.carrier, sample: sampleSubmission(), peer: smsc, roomEvents: () => rig.roomEvents }
})

test('the window is filled and never exceeded', async (context) => {
  const smsc = await TestSmsc.start(context)
  const open: (() => void)[] = []
  let openMost = 0
  smsc.answerBy((submit, { session }) => {
    open.push(() => smsc.accept(submit, session))
    openMost = Math.max(openMost, open.length)
    // Answers a few at a time and the newest first, so that the window moves in ways a queue would not.
    if (open.length === 7) for (const answer of open.splice(-3).reverse()) answer()
  })
  const { carrier } = await startRig(context, smsc, { window: 7 })
  const ledgers = [submitAll(carrier, sampleSubmission())]
  assert.equal(ledgers[0]?.submitted, 7)
  for (let sent = 7; sent < 100; sent = ledgers.reduce((sum, { submitted }) => sum + submitted, 0)) {
    await waitFor(() => carrier.room() > 0)
    ledgers.push(submitAll(carrier, sampleSubmission()))
  }
  assert.equal(openMost, 7)
})

test('two binds share the load, and both are used again after one was lost', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc, { binds: 2, window: 10 })
  await waitFor(() => carrier.health().bindsUp === 2)
  smsc.behave('be silent')
  submitAll(carrier, sampleSubmission())
  await waitFor(() => smsc.received === 20)
  assert.deepEqual(
    smsc.binds.map(({ submits }) => submits.length),
    [10, 10],
  )
  smsc.binds[0]?.session.destroy('lost')
  await waitFor(() => carrier.health().bindsUp === 1)
  await waitFor(() => carrier.health().bindsUp === 2 && carrier.room() === 10)
  submitAll(carrier, sampleSubmission())
  await waitFor(() => smsc.binds[2]?.submits.length === 10)
})

test('a lost bind leaves what was written in doubt and what was not free to send again', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc, { window: 10 })
  smsc.behave('be silent')
  const written = submitTimes(carrier, 4, sampleSubmission())
  await waitFor(() => smsc.received === 4)
  smsc.behave('hang up')
  const last = submitTimes(carrier, 1, sampleSubmission())
  await waitFor(() => written.outcomes.length === 4 && last.outcomes.length === 1)
  assert.deepEqual(written.outcomes, new Array(4).fill({ kind: 'unknown', reason: 'bind lost' }))
  assert.deepEqual(last.outcomes, [{ kind: 'unknown', reason: 'bind lost' }])
})

test('an answer that never comes is a timeout, one that comes late changes nothing', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc, { responseTimeoutMs: 150 })
  const late: (() => void)[] = []
  smsc.answerBy((submit, { session }) => late.push(() => smsc.accept(submit, session)))
  const first = submitTimes(carrier, 1, sampleSubmission())
  await waitFor(() => first.outcomes.length === 1)
  assert.deepEqual(first.outcomes, [{ kind: 'unknown', reason: 'timeout' }])
  for (const answer of late) answer()
  smsc.behave('accept')
  const second = submitTimes(carrier, 1, sampleSubmission())
  await waitFor(() => second.outcomes.length === 1)
  assert.deepEqual(second.outcomes, [{ kind: 'accepted', carrierMessageId: '2' }])
  assert.equal(first.outcomes.length, 1)
})

test('refusals carry the code and the advice, the operator’s own advice first', async (context) => {
  const smsc = await TestSmsc.start(context)
  const errors = [{ code: 0x45, retry: 'never' as const, reason: 'blocked by contract' }]
  const { carrier } = await startRig(context, smsc, { errors })
  const statuses = [CommandStatus.ESME_RSYSERR, CommandStatus.ESME_RINVSRCADR, CommandStatus.ESME_RSUBMITFAIL, 0x401]
  smsc.answerBy((submit, { session }) => session.respond(submit, statuses.shift() ?? 0))
  const { outcomes, submitted } = submitTimes(carrier, 4, sampleSubmission())
  await waitFor(() => outcomes.length === submitted)
  assert.deepEqual(outcomes, [
    { kind: 'refused', code: 0x08, reason: 'ESME_RSYSERR', retry: 'same carrier later' },
    { kind: 'refused', code: 0x0a, reason: 'ESME_RINVSRCADR', retry: 'next carrier' },
    { kind: 'refused', code: 0x45, reason: 'blocked by contract', retry: 'never' },
    { kind: 'refused', code: 0x401, reason: '0x00000401', retry: 'next carrier' },
  ])
})

test('throttling stops the submits for a while, then they go on', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = await startRig(context, smsc, { window: 10 })
  smsc.behave('throttle')
  const refused = submitAll(rig.carrier, sampleSubmission())
  await waitFor(() => refused.outcomes.length === 10)
  assert.equal(rig.carrier.room(), 0)
  assert.equal(refused.outcomes[0]?.kind === 'refused' && refused.outcomes[0].retry, 'same carrier later')
  assert.equal(rig.log.filter(({ event }) => event === 'carrier.throttled').length, 1)
  smsc.behave('accept')
  const eventsBefore = rig.roomEvents
  await waitFor(() => rig.roomEvents > eventsBefore)
  assert.equal(rig.carrier.room(), 5, 'half of what was open when it became too much')
  for (let sent = 0; sent < 10; sent++) {
    const ledger = submitTimes(rig.carrier, 1, sampleSubmission())
    await waitFor(() => ledger.outcomes.length === 1)
  }
  assert.equal(rig.carrier.room(), 10)
})

test('a full queue of one recipient does not stop the others, a full queue of the SMSC does', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc, { window: 10 })
  const submitOne = async () => {
    const { outcomes } = submitTimes(carrier, 1, sampleSubmission())
    await waitFor(() => outcomes.length === 1)
  }
  smsc.answerBy((submit, { session }) => session.respond(submit, CommandStatus.ESME_RMSGQFUL))
  await submitOne()
  await submitOne()
  assert.equal(carrier.room(), 10)
  await submitOne()
  assert.equal(carrier.room(), 0)
})

test('throughput is kept over all binds', async (context) => {
  const smsc = await TestSmsc.start(context)
  const clock = new FakeClock()
  const rig = await startRig(context, smsc, { binds: 2, throughput: 200 }, clock)
  await waitFor(() => rig.carrier.health().bindsUp === 2)
  assert.equal(rig.carrier.room(), 10, '50 ms of the rate may go at once')
  let submitted = 0
  for (let step = 0; step < 50; step++) {
    const ledger = submitAll(rig.carrier, sampleSubmission())
    submitted += ledger.submitted
    await waitFor(() => ledger.outcomes.length === ledger.submitted)
    const eventsBefore = rig.roomEvents
    clock.advance(20)
    await waitFor(() => rig.roomEvents > eventsBefore)
  }
  assert.equal(submitted, 10 + 49 * 4)
})

test('a wrong password is named, tried again with growing waits, and forgotten once it is right', async (context) => {
  const smsc = await TestSmsc.start(context)
  smsc.password = 'another'
  const rig = createRig(context, smsc, { reconnectMsMin: 20, reconnectMsMax: 200 })
  rig.carrier.start()
  await waitFor(() => smsc.refusedBinds >= 5)
  const { up, bindsUp, bindsWanted, lastError } = rig.carrier.health()
  assert.deepEqual([up, bindsUp, bindsWanted], [false, 0, 1])
  assert.match(lastError ?? '', /ESME_RINVPASWD/)
  assert.doesNotMatch(JSON.stringify(rig.log), /secret/)
  const waits = rig.log.map((event) => (event.event === 'carrier.bind_failed' ? event.retryInMs : 0))
  for (const [step, waitMs] of waits.slice(0, 5).entries()) {
    const stepMs = Math.min(20 * 2 ** step, 200)
    assert.ok(waitMs >= stepMs / 2 && waitMs <= stepMs, `try ${step}: ${waitMs} ms`)
  }
  smsc.password = 'secret'
  await waitFor(() => rig.carrier.health().up)
  assert.equal(rig.carrier.health().lastError, null)
})

test('a receipt may come on another bind, and before the answer to its submit', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = await startRig(context, smsc, { binds: 2 })
  await waitFor(() => smsc.openBinds.length === 2)
  const order: string[] = []
  rig.onReceipt = (receipt, answer) => {
    order.push(`receipt ${receipt.carrierMessageId}`)
    answer(true)
  }
  smsc.answerBy((submit, bind) => {
    const other = smsc.openBinds.find((each) => each !== bind)
    assert.ok(other)
    const shortMessage = Buffer.from('id:0000BC614E sub:001 dlvrd:001 stat:DELIVRD err:000')
    void smsc
      .send({ command: 'deliver_sm', esmClass: 4, shortMessage }, other)
      .then(() => smsc.accept(submit, bind.session, '12345678'))
  })
  rig.carrier.submit(sampleSubmission(), (outcome) => {
    order.push(outcome.kind === 'accepted' ? `accepted ${outcome.carrierMessageId}` : outcome.kind)
  })
  await waitFor(() => order.length === 2)
  assert.deepEqual(order, ['receipt 12345678', 'accepted 12345678'])
})

test('a receipt or inbound SMS is answered when it is taken, and asked for again when it is not', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = await startRig(context, smsc)
  const [bind] = smsc.openBinds
  assert.ok(bind)
  const answers: ((taken: boolean) => void)[] = []
  rig.onReceipt = (_, answer) => answers.push(answer)
  rig.onInbound = (_, answer) => answers.push(answer)
  const receipt = smsc.send(
    { command: 'deliver_sm', esmClass: 4, shortMessage: Buffer.from('id:1 stat:DELIVRD') },
    bind,
  )
  const inbound = smsc.send({ command: 'deliver_sm', shortMessage: Buffer.from('STOP') }, bind)
  const unreadable = smsc.send({ command: 'deliver_sm', esmClass: 4, shortMessage: Buffer.from('?') }, bind)
  const nonsense = smsc.send({ command: 'submit_sm' }, bind)
  assert.equal(await unreadable, CommandStatus.ESME_ROK)
  assert.equal(await nonsense, CommandStatus.ESME_RINVBNDSTS)
  assert.equal(answers.length, 2)
  assert.equal(bind.session.inFlight, 2, 'nothing is acknowledged before it is taken')
  answers[0]?.(true)
  answers[1]?.(false)
  assert.equal(await receipt, CommandStatus.ESME_ROK)
  assert.equal(await inbound, CommandStatus.ESME_RX_T_APPN)
  answers[0]?.(true)
  assert.equal(await smsc.send({ command: 'data_sm', tlvs: { receiptedMessageId: '' } }, bind), CommandStatus.ESME_ROK)
})

test('an answer for a bind that is gone is dropped', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = await startRig(context, smsc)
  const answers: ((taken: boolean) => void)[] = []
  rig.onInbound = (_, answer) => answers.push(answer)
  const [bind] = smsc.openBinds
  assert.ok(bind)
  const inbound = smsc.send({ command: 'deliver_sm', shortMessage: Buffer.from('STOP') }, bind)
  await waitFor(() => answers.length === 1)
  bind.session.destroy('lost')
  await waitFor(() => !rig.carrier.health().up)
  answers[0]?.(true)
  assert.equal(await inbound, 'closed')
})

test('with transmitter and receiver binds each does its own work', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = await startRig(context, smsc, { bindType: 'transmitter+receiver' })
  await waitFor(() => rig.carrier.health().bindsUp === 2)
  assert.equal(rig.carrier.health().bindsWanted, 2)
  const ledger = submitTimes(rig.carrier, 3, sampleSubmission())
  await waitFor(() => ledger.outcomes.length === 3)
  const receiver = smsc.openBinds.find(({ bind }) => bind.command === 'bind_receiver')
  const transmitter = smsc.openBinds.find(({ bind }) => bind.command === 'bind_transmitter')
  assert.ok(receiver && transmitter)
  assert.deepEqual([transmitter.submits.length, receiver.submits.length], [3, 0])
  const receipts: Receipt[] = []
  rig.onReceipt = (receipt, answer) => {
    receipts.push(receipt)
    answer(true)
  }
  const shortMessage = Buffer.from('id:3 stat:DELIVRD')
  assert.equal(await smsc.send({ command: 'deliver_sm', esmClass: 4, shortMessage }, receiver), 0)
  assert.equal(receipts[0]?.carrierMessageId, '3')
})

test('an SMSC that takes binds only to drop them is bound less and less often', async (context) => {
  const smsc = await TestSmsc.start(context)
  const rig = createRig(context, smsc, { reconnectMsMin: 10, reconnectMsMax: 160 })
  rig.carrier.start()
  for (let drops = 1; drops <= 5; drops++) {
    await waitFor(() => smsc.binds.length === drops)
    smsc.binds[drops - 1]?.session.destroy('dropped')
  }
  await waitFor(() => rig.log.filter(({ event }) => event === 'carrier.bind_lost').length >= 5)
  const waits = rig.log.flatMap((event) => (event.event === 'carrier.bind_lost' ? [event.retryInMs] : []))
  assert.ok((waits[4] ?? 0) >= 80, `${waits}`)
})

test('an unbind in the same packet as the answer to the bind is a lost bind like any other', async (context) => {
  let connections = 0
  const port = await listenRaw(context, (socket) => {
    connections++
    socket.once('data', (bind) => {
      const sequenceNumber = Buffer.from(bind).toString('hex', 12, 16)
      const bindResponse = `000000118000000900000000${sequenceNumber}00`
      socket.write(Buffer.from(`${bindResponse}00000010000000060000000000000001`, 'hex'))
    })
  })
  const rig = createRig(context, { port }, {})
  rig.carrier.start()
  await waitFor(() => connections >= 3)
  assert.equal(rig.carrier.room(), 0)
  assert.match(rig.carrier.health().lastError ?? '', /unbound by the peer/)
})

test('stop does not wait for an SMSC that never answers the bind', async (context) => {
  const port = await listenRaw(context, () => {})
  const { carrier } = createRig(context, { port }, { bindTimeoutMs: 60_000 })
  carrier.start()
  await carrier.stop(60_000)
  assert.equal(carrier.health().up, false)
})

test('through refusals, silence and hang-ups in any order every submit ends exactly once', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc, { binds: 3, window: 5, responseTimeoutMs: 100 })
  const behaviours = ['accept', 'refuse', 'be silent', 'accept', 'hang up', 'accept'] as const
  const ledgers = []
  for (let turn = 0; turn < 40; turn++) {
    smsc.behave(behaviours[randomInt(behaviours.length)] ?? 'accept')
    ledgers.push(submitAll(carrier, sampleSubmission()))
    const { received } = smsc
    await waitFor(() => smsc.received > received || carrier.room() > 0)
  }
  await carrier.stop(1_000)
  for (const { submitted, outcomes } of ledgers) assert.equal(outcomes.length, submitted)
  assert.equal(carrier.health().inFlight, 0)
})

test('what SMPP cannot hold is refused for good', async (context) => {
  const smsc = await TestSmsc.start(context)
  const { carrier } = await startRig(context, smsc)
  const sender = { kind: 'alphanumeric' as const, value: 'x'.repeat(100) }
  const { outcomes } = submitTimes(carrier, 1, { ...sampleSubmission(), from: sender })
  await waitFor(() => outcomes.length === 1)
  assert.equal(outcomes[0]?.kind === 'refused' && outcomes[0].retry, 'never')
})

test('TLS is spoken, and a certificate that does not fit is refused', async (context) => {
  const certificate = selfSigned(context)
  if (certificate === null) return context.skip('needs the openssl command')
  const smsc = await TestSmsc.start(context, { key: certificate.key, cert: certificate.cert })
  const trusted = await startRig(context, smsc, { tls: { caFile: certificate.file, servername: 'smsc.test' } })
  const { outcomes } = submitTimes(trusted.carrier, 1, sampleSubmission())
  await waitFor(() => outcomes.length === 1)
  assert.equal(outcomes[0]?.kind, 'accepted')

  const wary = createRig(context, smsc, { tls: true })
  wary.carrier.start()
  const misled = createRig(context, smsc, { tls: { caFile: certificate.file, servername: 'other.test' } })
  misled.carrier.start()
  const lost = createRig(context, smsc, { tls: { caFile: `${certificate.file}.gone` } })
  lost.carrier.start()
  await waitFor(() => [wary, misled, lost].every(({ carrier }) => carrier.health().lastError !== null))
  assert.match(wary.carrier.health().lastError ?? '', /self-signed/)
  assert.match(misled.carrier.health().lastError ?? '', /other\.test/)
  assert.match(lost.carrier.health().lastError ?? '', /ENOENT/)

  const careless = await startRig(context, smsc, { tls: { rejectUnauthorized: false } })
  assert.equal(careless.carrier.health().up, true)
})

interface Rig {
  readonly carrier: Carrier
  readonly log: SmppCarrierLogEvent[]
  roomEvents: number
  onReceipt(receipt: Receipt, answer: (taken: boolean) => void): void
  onInbound(part: InboundPart, answer: (taken: boolean) => void): void
}

async function startRig(
  context: TestContext,
  smsc: TestSmsc,
  config: Partial<SmppCarrierConfig> = {},
  clock: Clock = systemClock,
): Promise<Rig> {
  const rig = createRig(context, smsc, config, clock)
  rig.carrier.start()
  await waitFor(() => rig.carrier.room() > 0)
  return rig
}

function createRig(
  context: TestContext,
  smsc: { readonly port: number },
  config: Partial<SmppCarrierConfig>,
  clock: Clock = systemClock,
): Rig {
  const log: SmppCarrierLogEvent[] = []
  const basics = { id: 'smsc-1', type: 'smpp', host: '127.0.0.1', systemId: 'esme', password: 'secret' } as const
  const waits = { reconnectMsMin: 10, reconnectMsMax: 50 }
  const carrier = createSmppCarrier(
    { ...basics, ...waits, port: smsc.port, ...config },
    {
      clock,
      log: (event) => log.push(event),
      events: {
        room: () => rig.roomEvents++,
        receipt: (receipt, answer) => rig.onReceipt(receipt, answer),
        inbound: (part, answer) => rig.onInbound(part, answer),
      },
    },
  )
  const rig: Rig = {
    carrier,
    log,
    roomEvents: 0,
    onReceipt: (_, answer) => answer(true),
    onInbound: (_, answer) => answer(true),
  }
  context.after(() => carrier.stop(0))
  return rig
}

async function listenRaw(context: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()))
    onConnection(socket)
  })
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

function selfSigned(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'heliograph-tls-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=smsc.test', '-addext', 'subjectAltName=DNS:smsc.test']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    execFileSync('openssl', [...made, ...subject, '-keyout', keyFile, '-out', file], { stdio: 'ignore' })
  } catch {
    return null
  }
  return { file, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8') }
}
