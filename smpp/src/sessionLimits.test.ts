import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPdu } from '../test/anyPdu.ts'
import { mutate, seededRandom } from '../test/mutate.ts'
import { sessionWithPeer } from '../test/sessionWithPeer.ts'
import { until } from '../test/until.ts'
import { encodePdu, type RequestPdu } from './pdu.ts'
import { CommandStatus } from './status.ts'

const submit: RequestPdu = { command: 'submit_sm', destinationAddr: '4915112345678' }

test('an idle link is asked for a sign of life and stays open while it answers', async (t) => {
  const { session, peer, clock } = await sessionWithPeer(t, { enquireLinkMs: 2000 })
  peer.onPdu = ({ command, sequenceNumber }) => {
    if (command === 'enquire_link') peer.send({ command: 'enquire_link_resp', sequenceNumber })
  }
  for (let round = 1; round <= 3; round++) {
    clock.advance(2000)
    await until('an enquire_link', () => peer.received.length === round)
    // The answer has come when an enquire_link of the peer behind it is answered.
    peer.send({ command: 'enquire_link', sequenceNumber: 1000 + round })
    await until('our answer', () => peer.received.at(-1)?.command === 'enquire_link_resp')
    peer.received.pop()
  }
  assert.equal(session.isOpen, true)
})

test('a link that does not answer enquire_link closes', async (t) => {
  const { peer, clock, closed } = await sessionWithPeer(t, { enquireLinkMs: 2000, responseTimeoutMs: 1000 })
  clock.advance(2000)
  await until('the enquire_link', () => peer.received.length === 1)
  clock.advance(1000)
  assert.deepEqual(closed, ['enquire_link unanswered for 1000 ms'])
  await until('the end', () => peer.ended)
})

test('a peer that leaves enquire_link unanswered and goes on talking is alive', async (t) => {
  const { session, peer, clock, requests } = await sessionWithPeer(t, { enquireLinkMs: 2000, responseTimeoutMs: 1000 })
  clock.advance(2000)
  await until('the enquire_link', () => peer.received.length === 1)
  clock.advance(500)
  peer.send({ command: 'deliver_sm', sequenceNumber: 1 })
  await until('the request', () => requests.length === 1)
  clock.advance(1500)
  assert.equal(session.isOpen, true)
})

test('a full window does not keep enquire_link back', async (t) => {
  const options = { windowMax: 1, enquireLinkMs: 1000, responseTimeoutMs: 60_000 }
  const { session, peer, clock } = await sessionWithPeer(t, options)
  session.request(submit, () => {})
  await until('the request', () => peer.received.length === 1)
  clock.advance(1000)
  await until('the enquire_link', () => peer.received.length === 2)
  assert.equal(peer.received[1]?.command, 'enquire_link')
})

test('a command that SMPP does not know costs a generic_nack, not the session', async (t) => {
  const { session, peer } = await sessionWithPeer(t)
  peer.socket.write(Buffer.from('00000010000004000000000000000011', 'hex'))
  await until('the answer', () => peer.received.length === 1)
  const commandStatus = CommandStatus.ESME_RINVCMDID
  assert.deepEqual(peer.received, [{ command: 'generic_nack', commandStatus, sequenceNumber: 17 }])
  assert.equal(session.isOpen, true)
})

test('a body that makes no sense is refused in its own response, and the next PDU is read', async (t) => {
  const { peer, requests } = await sessionWithPeer(t)
  const broken = encodePdu({ command: 'deliver_sm', sequenceNumber: 4, shortMessage: Buffer.from('hi') })
  broken[broken.length - 3] = 200
  peer.socket.write(Buffer.concat([broken, encodePdu({ command: 'deliver_sm', sequenceNumber: 5 })]))
  await until('the request behind it', () => requests.length === 1 && peer.received.length === 1)
  const [refusal] = peer.received
  assert.deepEqual(
    [refusal?.command, refusal?.commandStatus, refusal?.sequenceNumber],
    ['deliver_sm_resp', CommandStatus.ESME_RINVMSGLEN, 4],
  )
})

test('bad PDUs in a row close the session, single ones among good ones never do', async (t) => {
  const { session, peer, closed } = await sessionWithPeer(t, { badPdusMax: 3 })
  const bad = Buffer.from('00000010000004000000000000000011', 'hex')
  const good = encodePdu({ command: 'enquire_link', sequenceNumber: 1 })
  peer.socket.write(Buffer.concat(Array.from({ length: 20 }, () => Buffer.concat([bad, bad, good]))))
  await until('60 answers', () => peer.received.length === 60)
  assert.equal(session.isOpen, true)
  peer.socket.write(Buffer.concat([bad, bad, bad, good]))
  await until('the end', () => peer.ended)
  assert.match(closed[0] ?? '', /^3 bad PDUs in a row/)
  assert.equal(peer.received.length, 63, 'the third is answered as well, what follows is not')
})

for (const length of [0, 15, 70_000, 0xffffffff]) {
  test(`a command_length of ${length} is nacked and closes, as the framing is lost`, async (t) => {
    const { peer, closed } = await sessionWithPeer(t)
    const octets = Buffer.alloc(16)
    octets.writeUInt32BE(length, 0)
    octets.writeUInt32BE(3, 12)
    peer.socket.write(octets)
    await until('the end', () => peer.ended)
    assert.deepEqual(peer.received, [
      { command: 'generic_nack', commandStatus: CommandStatus.ESME_RINVCMDLEN, sequenceNumber: 3 },
    ])
    assert.deepEqual(closed, ['command_length out of bounds'])
  })
}

test('no more requests are handed out than may be open, and all of them in the end', async (t) => {
  const { session, peer, requests } = await sessionWithPeer(t, { requestsOpenMax: 10 })
  peer.send(
    ...Array.from({ length: 500 }, (_, index) => ({ command: 'deliver_sm', sequenceNumber: index + 1 }) as const),
    { command: 'enquire_link', sequenceNumber: 501 },
  )
  let answered = 0
  while (answered < 500) {
    await until('more requests', () => requests.length > answered)
    assert(requests.length - answered <= 10, `${requests.length - answered} open at once`)
    const request = requests[answered]
    assert.equal(request?.sequenceNumber, answered + 1)
    session.respond(request, CommandStatus.ESME_ROK)
    answered++
  }
  await until('all answers', () => peer.received.length === 501)
})

test('while the socket is not read, own requests are not called late before twice their time', async (t) => {
  const { session, peer, clock, requests } = await sessionWithPeer(t, { requestsOpenMax: 1, responseTimeoutMs: 1000 })
  const results: string[] = []
  session.request(submit, ({ kind }) => results.push(kind))
  await until('the request', () => peer.received.length === 1)
  const sequenceNumber = peer.received[0]?.sequenceNumber ?? 0
  peer.send({ command: 'deliver_sm', sequenceNumber: 1 }, { command: 'submit_sm_resp', sequenceNumber, messageId: 'a' })
  await until('the request of the peer', () => requests.length === 1)
  clock.advance(1900)
  assert.deepEqual(results, [])
  const [request] = requests
  assert(request !== undefined)
  session.respond(request, CommandStatus.ESME_ROK)
  await until('the response that lay unread', () => results.length === 1)
  assert.deepEqual(results, ['response'])
})

test('a session whose requests are never answered closes instead of standing still for ever', async (t) => {
  const { peer, clock, requests, closed } = await sessionWithPeer(t, { requestsOpenMax: 1, responseTimeoutMs: 1000 })
  peer.send({ command: 'deliver_sm', sequenceNumber: 1 })
  await until('the request', () => requests.length === 1)
  clock.advance(2000)
  assert.match(closed[0] ?? '', /^stalled/)
})

test('a peer that asks without reading the answers is no longer read, and then closed', async (t) => {
  const outputBytesMax = 10_000
  const { peer, clock, closed, socket } = await sessionWithPeer(t, { outputBytesMax, responseTimeoutMs: 1000 })
  peer.socket.pause()
  const questions = Buffer.concat(
    Array.from({ length: 4000 }, (_, index) => encodePdu({ command: 'enquire_link', sequenceNumber: index + 1 })),
  )
  // More than the kernel's buffers hold; writes go on until the session stops reading.
  await until(
    'the session to stop reading',
    () => {
      if (!peer.socket.writableNeedDrain) peer.socket.write(questions)
      return socket.isPaused()
    },
    20_000,
  )
  assert(socket.writableLength < outputBytesMax + 200_000, 'one turn of output above the limit at most')
  clock.advance(2000)
  assert.match(closed[0] ?? '', /^stalled/)
})

test('garbage never throws out of a session: each one survives it or closes cleanly', async (t) => {
  const random = seededRandom(7)
  const valid = fc.sample(anyPdu(), { numRuns: 200, seed: 7 }).map(encodePdu)
  for (let run = 0; run < 40; run++) {
    const { session, peer, requests, closed } = await sessionWithPeer(t, { requestsOpenMax: 1000 })
    peer.onPdu = () => {}
    const garbage = Array.from({ length: 30 }, () => mutate(valid[random(valid.length)] ?? Buffer.alloc(16), random))
    // Tells that all before it was read, if the framing still holds.
    peer.socket.write(Buffer.concat([...garbage, encodePdu({ command: 'unbind', sequenceNumber: 1 })]))
    peer.socket.end()
    await until('the session to close', () => closed.length === 1)
    assert.equal(session.isOpen, false)
    for (const request of requests) session.respond(request, CommandStatus.ESME_ROK)
    assert.equal(closed.length, 1)
  }
})
