import assert from 'node:assert/strict'
import test from 'node:test'
import { sessionWithPeer } from '../test/sessionWithPeer.ts'
import { until } from '../test/until.ts'
import { encodePdu, type RequestPdu } from './pdu.ts'
import type { RequestResult } from './session.ts'
import { CommandStatus } from './status.ts'

const submit: RequestPdu = { command: 'submit_sm', destinationAddr: '4915112345678', shortMessage: Buffer.from('hi') }

test('the window is never exceeded and every request gets its own response, in whatever order they come', async (t) => {
  const { session, peer } = await sessionWithPeer(t, { windowMax: 7 })
  const unanswered: number[] = []
  let unansweredMax = 0
  peer.onPdu = ({ sequenceNumber }) => {
    unanswered.push(sequenceNumber)
    unansweredMax = Math.max(unansweredMax, unanswered.length)
    // Answers pairs the wrong way round, the odd one out with the next turn.
    setImmediate(() => {
      for (const number of unanswered.splice(0).reverse()) {
        peer.send({ command: 'submit_sm_resp', sequenceNumber: number, messageId: `for-${number}` })
      }
    })
  }
  const results: RequestResult[] = []
  let sent = 0
  const fill = () => {
    for (; sent < 200 && session.room() > 0; sent++) {
      session.request(submit, (result) => {
        results.push(result)
        fill()
      })
    }
  }
  fill()
  await until('200 results', () => results.length === 200)
  assert.equal(unansweredMax, 7)
  for (const result of results) {
    assert(result.kind === 'response' && result.pdu.command === 'submit_sm_resp')
    assert.equal(result.pdu.messageId, `for-${result.pdu.sequenceNumber}`)
  }
  assert.equal(session.inFlight, 0)
})

test('a request beyond the window is unsent, and nothing of it reaches the wire', async (t) => {
  const { session, peer } = await sessionWithPeer(t, { windowMax: 1 })
  const results: RequestResult[] = []
  session.request(submit, (result) => results.push(result))
  session.request(submit, (result) => results.push(result))
  assert.equal(results.length, 0, 'a result comes on a later turn')
  await until('the refusal and the one request', () => results.length === 1 && peer.received.length === 1)
  assert.deepEqual(results, [{ kind: 'unsent', reason: 'window full', detail: 'the window is full' }])
})

test('a request that cannot be encoded is unsent and leaves the others whole', async (t) => {
  const { session, peer } = await sessionWithPeer(t)
  const results: RequestResult[] = []
  session.request(submit, () => {})
  session.request({ ...submit, shortMessage: Buffer.alloc(255) }, (result) => results.push(result))
  session.request({ ...submit, tlvs: { messagePayload: Buffer.alloc(65_535) } }, (result) => results.push(result))
  session.request(submit, () => {})
  await until('two requests', () => peer.received.length === 2 && results.length === 2)
  assert.deepEqual(
    results.map((result) => result.kind === 'unsent' && result.reason),
    ['unencodable', 'unencodable'],
  )
})

test('sequence numbers wrap from 0x7fffffff to 1', async (t) => {
  const { session, peer } = await sessionWithPeer(t, { sequenceNumberLast: 0x7ffffffd })
  peer.onPdu = ({ sequenceNumber }) => peer.send({ command: 'submit_sm_resp', sequenceNumber, messageId: 'a' })
  let answered = 0
  for (let count = 0; count < 4; count++)
    session.request(submit, ({ kind }) => (answered += kind === 'response' ? 1 : 0))
  await until('four answers', () => answered === 4)
  assert.deepEqual(
    peer.received.map(({ sequenceNumber }) => sequenceNumber),
    [0x7ffffffe, 0x7fffffff, 1, 2],
  )
})

test('a silent peer costs a timeout, and its response coming late changes nothing', async (t) => {
  const { session, peer, clock } = await sessionWithPeer(t, { windowMax: 1, responseTimeoutMs: 1000 })
  const results: RequestResult[] = []
  session.request(submit, (result) => results.push(result))
  await until('the first request', () => peer.received.length === 1)
  clock.advance(999)
  assert.deepEqual([results.length, session.room()], [0, 0])
  clock.advance(251)
  assert.deepEqual(results, [{ kind: 'timeout' }])
  assert.equal(session.room(), 1)

  session.request(submit, (result) => results.push(result))
  await until('the second request', () => peer.received.length === 2)
  const [first, second] = peer.received
  assert(first !== undefined && second !== undefined)
  peer.send(
    { command: 'submit_sm_resp', sequenceNumber: first.sequenceNumber, messageId: 'late' },
    { command: 'submit_sm_resp', sequenceNumber: second.sequenceNumber, messageId: 'in time' },
    { command: 'submit_sm_resp', sequenceNumber: second.sequenceNumber, messageId: 'twice' },
    { command: 'enquire_link', sequenceNumber: 99 },
  )
  await until('the answer to enquire_link', () => peer.received.length === 3)
  assert.equal(results.length, 2)
  const result = results[1]
  assert(result?.kind === 'response' && result.pdu.command === 'submit_sm_resp')
  assert.equal(result.pdu.messageId, 'in time')
})

test('a response of another command does not settle a request, a generic_nack does', async (t) => {
  const { session, peer } = await sessionWithPeer(t)
  const results: RequestResult[] = []
  session.request(submit, (result) => results.push(result))
  await until('the request', () => peer.received.length === 1)
  const sequenceNumber = peer.received[0]?.sequenceNumber ?? 0
  const commandStatus = CommandStatus.ESME_RINVCMDID
  peer.send({ command: 'deliver_sm_resp', sequenceNumber }, { command: 'generic_nack', commandStatus, sequenceNumber })
  await until('a result', () => results.length === 1)
  assert.deepEqual(results, [{ kind: 'response', pdu: { command: 'generic_nack', commandStatus, sequenceNumber } }])
})

test('requests that had not left are unsent when the session is destroyed, those that had are closed', async (t) => {
  const { session, peer, closed } = await sessionWithPeer(t)
  const results: string[] = []
  session.request(submit, ({ kind }) => results.push(kind))
  await until('the first request', () => peer.received.length === 1)
  session.request(submit, ({ kind }) => results.push(kind))
  session.destroy('enough')
  assert.deepEqual(results, ['closed', 'unsent'])
  assert.deepEqual(closed, ['enough'])
  assert.equal(session.room(), 0)
  session.request(submit, ({ kind }) => results.push(kind))
  await until('the refusal', () => results.length === 3)
  assert.equal(results[2], 'unsent')
})

test('a peer that closes in the middle of a PDU closes the session once, with every request settled', async (t) => {
  const { session, peer, closed, clock } = await sessionWithPeer(t)
  const results: string[] = []
  session.request(submit, ({ kind }) => results.push(kind))
  await until('the request', () => peer.received.length === 1)
  peer.socket.end(Buffer.from('0000001080', 'hex'))
  await until('the end', () => closed.length === 1 && peer.ended)
  assert.deepEqual(closed, ['closed by the peer'])
  assert.deepEqual(results, ['closed'])
  session.destroy('again')
  assert.equal(closed.length, 1)
  assert.equal(clock.timers, 0, 'no timer is left behind')
})

test('a connection reset closes the session and throws nothing', async (t) => {
  const { session, peer, closed } = await sessionWithPeer(t)
  peer.socket.resetAndDestroy()
  await until('the end', () => closed.length === 1)
  assert.match(closed[0] ?? '', /ECONNRESET/)
  assert.equal(session.isOpen, false)
})

test('the octets of a PDU may arrive one at a time', async (t) => {
  const { peer, requests, socket } = await sessionWithPeer(t)
  const octets = encodePdu({ command: 'deliver_sm', sequenceNumber: 7, shortMessage: Buffer.from('hi') })
  for (const octet of Buffer.concat([octets, octets])) {
    const before = socket.bytesRead
    peer.socket.write(Buffer.of(octet))
    await until('the octet to be read', () => socket.bytesRead > before)
  }
  assert.deepEqual(
    requests.map((request) => request.command === 'deliver_sm' && request.shortMessage.toString()),
    ['hi', 'hi'],
  )
})

test('what a request handed out stays as it was while more is read', async (t) => {
  const { peer, requests } = await sessionWithPeer(t)
  for (let count = 0; count < 50; count++) {
    peer.send({ command: 'deliver_sm', sequenceNumber: count + 1, shortMessage: Buffer.alloc(200, 65 + (count % 26)) })
  }
  await until('50 requests', () => requests.length === 50)
  for (const [index, pdu] of requests.entries()) {
    assert(pdu.command === 'deliver_sm')
    assert.deepEqual(pdu.shortMessage, Buffer.alloc(200, 65 + (index % 26)))
  }
})

test('all answers of one turn leave in one write', async (t) => {
  const { session, peer, requests, socket } = await sessionWithPeer(t)
  peer.send(...[1, 2, 3].map((sequenceNumber) => ({ command: 'deliver_sm', sequenceNumber }) as const))
  await until('three requests', () => requests.length === 3)
  let writes = 0
  const write = socket.write.bind(socket)
  t.mock.method(socket, 'write', (octets: Buffer) => {
    writes++
    return write(octets)
  })
  for (const request of requests) session.respond(request, CommandStatus.ESME_ROK)
  await until('three answers', () => peer.received.length === 3)
  assert.equal(writes, 1)
})

test('a response carries the fields it was given', async (t) => {
  const { session, peer, requests } = await sessionWithPeer(t)
  peer.send({ command: 'submit_sm', sequenceNumber: 5 }, { command: 'query_sm', sequenceNumber: 6, messageId: 'x' })
  await until('two requests', () => requests.length === 2)
  for (const request of requests) {
    if (request.command === 'submit_sm') session.respond(request, CommandStatus.ESME_ROK, { messageId: 'id-5' })
    else if (request.command === 'query_sm') session.respond(request, 0, { messageId: 'x', messageState: 2 })
  }
  await until('two answers', () => peer.received.length === 2)
  assert.deepEqual(peer.received, [
    { command: 'submit_sm_resp', commandStatus: 0, sequenceNumber: 5, messageId: 'id-5', tlvs: {} },
    {
      command: 'query_sm_resp',
      commandStatus: 0,
      sequenceNumber: 6,
      messageId: 'x',
      finalDate: '',
      messageState: 2,
      errorCode: 0,
    },
  ])
})

test('an alert_notification goes out and comes in without a response', async (t) => {
  const notifications: string[] = []
  const { session, peer } = await sessionWithPeer(t, {}, { notification: (pdu) => notifications.push(pdu.command) })
  session.notify({ command: 'alert_notification', sourceAddr: '491', esmeAddr: '12345' })
  await until('the notification', () => peer.received.length === 1)
  peer.send({ command: 'alert_notification', sequenceNumber: 1 }, { command: 'enquire_link', sequenceNumber: 2 })
  await until('the answer behind it', () => peer.received.length === 2)
  assert.deepEqual(notifications, ['alert_notification'])
  assert.equal(peer.received[0]?.command, 'alert_notification')
  assert.throws(() => session.notify({ command: 'outbind', systemId: 'x'.repeat(64) }), { name: 'PduError' })
})

test('unbind waits for its answer, then both sides are closed', async (t) => {
  const { session, peer, closed } = await sessionWithPeer(t)
  peer.onPdu = ({ command, sequenceNumber }) => {
    if (command === 'unbind') peer.send({ command: 'unbind_resp', sequenceNumber })
  }
  const unbound = session.unbind(1000)
  assert.equal(session.room(), 0)
  await unbound
  assert.deepEqual(closed, ['unbound'])
  await until('the peer to see the end', () => peer.ended)
})

test('an unbind that is not answered closes when its time is over', async (t) => {
  const { session, peer, closed, clock } = await sessionWithPeer(t)
  const unbound = session.unbind(300)
  await until('the unbind', () => peer.received.length === 1)
  clock.advance(300)
  await unbound
  assert.deepEqual(closed, ['unbind unanswered'])
})

test('an unbind of the peer is answered before the session closes', async (t) => {
  const { peer, closed } = await sessionWithPeer(t)
  peer.send({ command: 'unbind', sequenceNumber: 8 })
  await until('the end', () => peer.ended)
  assert.deepEqual(peer.received, [{ command: 'unbind_resp', commandStatus: 0, sequenceNumber: 8 }])
  assert.deepEqual(closed, ['unbound by the peer'])
})
