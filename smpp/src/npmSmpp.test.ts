import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import npmSmpp, { type PDU, type Session } from 'smpp'
import { until } from '../test/until.ts'
import { bindEsme } from './connect.ts'
import { listenSmsc } from './listen.ts'
import type { AnsweredRequest } from './pdu.ts'
import type { RequestResult, SmppSession } from './session.ts'
import { CommandStatus } from './status.ts'

// The npm package smpp is written by other people: what both understand is more than our own opinion.

const sessionOptions = { windowMax: 100, responseTimeoutMs: 5000, enquireLinkMs: 0 }

test('the npm package as ESME against our SMSC: bind, text, UCS-2, parts with a header, TLVs, lists, unbind', async (t) => {
  const { requests, sessions, connect } = await ourSmsc(t)
  const esme = await connect()
  const bindResponse = await answer((done) => esme.bind_transceiver({ system_id: 'acme', password: 'secret' }, done))
  assert.deepEqual([bindResponse.command_status, bindResponse.system_id], [0, 'ours'])
  assert.equal(bindResponse.sc_interface_version, 0x34)

  const udh = Buffer.from('060804123402', 'hex')
  const submitted = await Promise.all([
    answer((done) =>
      esme.submit_sm({ destination_addr: '4915112345678', source_addr: 'Acme', short_message: 'plain' }, done),
    ),
    answer((done) => esme.submit_sm({ destination_addr: '1', data_coding: 8, short_message: 'Grüße 👋 из' }, done)),
    answer((done) =>
      esme.submit_sm(
        { destination_addr: '1', short_message: { udh: Buffer.concat([udh, Buffer.of(1)]), message: 'part' } },
        done,
      ),
    ),
    answer((done) =>
      esme.submit_sm(
        {
          destination_addr: '1',
          message_payload: { message: 'x'.repeat(1000) },
          user_message_reference: 4711,
          sar_msg_ref_num: 9,
          sar_total_segments: 2,
          sar_segment_seqnum: 1,
          validity_period: '000002000000000R',
        },
        done,
      ),
    ),
  ])
  assert.deepEqual(
    submitted.map(({ command, command_status, message_id }) => [command, command_status, message_id]),
    [1, 2, 3, 4].map((number) => ['submit_sm_resp', 0, `id-${number}`]),
  )
  const [plain, unicode, part, payload] = requests
  assert(plain?.command === 'submit_sm' && unicode?.command === 'submit_sm')
  assert(part?.command === 'submit_sm' && payload?.command === 'submit_sm')
  assert.deepEqual(
    [plain.sourceAddr, plain.destinationAddr, plain.shortMessage.toString()],
    ['Acme', '4915112345678', 'plain'],
  )
  assert.equal(Buffer.from(unicode.shortMessage).swap16().toString('utf16le'), 'Grüße 👋 из')
  assert.equal(part.esmClass, 0x40)
  assert.equal(part.shortMessage.toString('latin1'), `${udh.toString('latin1')}\u0001part`)
  assert.equal(payload.validityPeriod, '000002000000000R')
  assert.deepEqual(payload.tlvs, {
    messagePayload: Buffer.alloc(1000, 'x'),
    userMessageReference: 4711,
    sarMsgRefNum: 9,
    sarTotalSegments: 2,
    sarSegmentSeqnum: 1,
  })

  const multi = await answer((done) =>
    esme.submit_multi(
      {
        dest_address: [{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '491' }, { dl_name: 'friends' }],
        short_message: 'all',
      },
      done,
    ),
  )
  assert.deepEqual(multi.unsuccess_sme, [
    { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '491', error_status_code: CommandStatus.ESME_RINVDSTADR },
  ])
  const query = await answer((done) => esme.query_sm({ message_id: 'nobody' }, done))
  assert.equal(query.command_status, CommandStatus.ESME_RQUERYFAIL)
  assert.equal((await answer((done) => esme.enquire_link(done))).command, 'enquire_link_resp')

  const [session] = sessions
  assert(session !== undefined)
  esme.on('deliver_sm', (pdu: PDU) => esme.send(pdu.response()))
  const delivered = once(esme, 'deliver_sm')
  const result = await ourRequest(session, {
    command: 'deliver_sm',
    sourceAddr: '4915112345678',
    destinationAddr: '12345',
    esmClass: 4,
    shortMessage: Buffer.from('id:1 stat:DELIVRD'),
    tlvs: { receiptedMessageId: 'id-1', messageState: 2, networkErrorCode: { networkType: 3, errorCode: 0 } },
  })
  assert(result.kind === 'response')
  assert.deepEqual([result.pdu.command, result.pdu.commandStatus], ['deliver_sm_resp', 0])
  const [receipt] = await delivered
  assert.deepEqual([receipt.receipted_message_id, receipt.message_state, receipt.esm_class], ['id-1', 2, 4])
  assert.deepEqual(receipt.network_error_code, Buffer.from('030000', 'hex'))

  assert.equal((await answer((done) => esme.unbind(done))).command, 'unbind_resp')
})

test('the npm package as SMSC against our ESME: bind, submit with parts and TLVs, receipt, enquire_link, unbind', async (t) => {
  const seen: PDU[] = []
  const theirs: Session[] = []
  const { port } = await theirSmsc(t, (session) => {
    theirs.push(session)
    session.on('pdu', (pdu: PDU) => seen.push(pdu))
    session.on('bind_transceiver', (pdu: PDU) => session.send(pdu.response({ system_id: 'theirs' })))
    session.on('submit_sm', (pdu: PDU) => session.send(pdu.response({ message_id: `m${pdu.sequence_number}` })))
    session.on('enquire_link', (pdu: PDU) => session.send(pdu.response()))
    session.on('unbind', (pdu: PDU) => {
      session.send(pdu.response())
      session.close()
    })
  })
  const requests: AnsweredRequest[] = []
  const closed: string[] = []
  const bind = { host: '127.0.0.1', port, systemId: 'acme', password: 'secret', bindTimeoutMs: 5000 }
  const session = await bindEsme(
    { ...bind, bindType: 'transceiver', session: { ...sessionOptions, enquireLinkMs: 20 } },
    {
      request(pdu, bound) {
        requests.push(pdu)
        bound.respond(pdu, CommandStatus.ESME_ROK)
      },
      closed: (reason) => closed.push(reason),
    },
  )
  assert.deepEqual([seen[0]?.system_id, seen[0]?.password, seen[0]?.interface_version], ['acme', 'secret', 0x34])

  const header = Buffer.from('050003120201', 'hex')
  const result = await ourRequest(session, {
    command: 'submit_sm',
    sourceAddrTon: 5,
    sourceAddr: 'Acme',
    destAddrTon: 1,
    destAddrNpi: 1,
    destinationAddr: '4915112345678',
    esmClass: 0x40,
    dataCoding: 8,
    registeredDelivery: 1,
    shortMessage: Buffer.concat([header, Buffer.from('Grüße 👋', 'utf16le').swap16()]),
    tlvs: {
      userMessageReference: 77,
      callbackNum: [Buffer.from('01010134393135', 'hex')],
      unknown: [{ tag: 0x1402, value: Buffer.from('v') }],
    },
  })
  assert(result.kind === 'response' && result.pdu.command === 'submit_sm_resp')
  assert.equal(result.pdu.messageId, `m${result.pdu.sequenceNumber}`)
  const submitted = seen.find(({ command }) => command === 'submit_sm')
  assert(submitted !== undefined)
  assert.deepEqual(
    [submitted.source_addr, submitted.destination_addr, submitted.registered_delivery],
    ['Acme', '4915112345678', 1],
  )
  assert.deepEqual(submitted.short_message, { udh: [header.subarray(1)], message: 'Grüße 👋' })
  assert.equal(submitted.user_message_reference, 77)
  assert.deepEqual(submitted[String(0x1402)], Buffer.from('v'))

  const [their] = theirs
  assert(their !== undefined)
  const acknowledged = await answer((done) =>
    their.deliver_sm(
      {
        source_addr: '491',
        destination_addr: '12345',
        receipted_message_id: 'm2',
        message_state: 5,
        short_message: 'x',
      },
      done,
    ),
  )
  assert.equal(acknowledged.command_status, 0)
  const [receipt] = requests
  assert(receipt?.command === 'deliver_sm')
  assert.deepEqual(receipt.tlvs, { receiptedMessageId: 'm2', messageState: 5 })

  await until('an enquire_link', () => seen.some(({ command }) => command === 'enquire_link'))
  await session.unbind(5000)
  assert.equal(closed.length, 1)
})

async function ourSmsc(t: TestContext) {
  const requests: AnsweredRequest[] = []
  const sessions: SmppSession[] = []
  const smsc = await listenSmsc({
    host: '127.0.0.1',
    port: 0,
    systemId: 'ours',
    session: sessionOptions,
    authenticate: ({ systemId, password }) =>
      systemId === 'acme' && password === 'secret' ? CommandStatus.ESME_ROK : CommandStatus.ESME_RINVPASWD,
    bound(session) {
      sessions.push(session)
      return { request: (pdu) => take(session, pdu), closed: () => {} }
    },
  })
  t.after(() => smsc.close(100))

  function take(session: SmppSession, pdu: AnsweredRequest): void {
    if (pdu.command === 'submit_sm') {
      requests.push(pdu)
      session.respond(pdu, CommandStatus.ESME_ROK, { messageId: `id-${requests.length}` })
    } else if (pdu.command === 'submit_multi') {
      const unsuccessSmes = pdu.destAddresses.flatMap((destination) =>
        destination.kind === 'sme' ? [{ ...destination, errorStatusCode: CommandStatus.ESME_RINVDSTADR }] : [],
      )
      session.respond(pdu, CommandStatus.ESME_ROK, { messageId: 'multi', unsuccessSmes })
    } else {
      session.respond(pdu, CommandStatus.ESME_RQUERYFAIL)
    }
  }

  function connect(): Promise<Session> {
    return new Promise((resolve, reject) => {
      const esme = npmSmpp.connect({ host: '127.0.0.1', port: smsc.port }, () => resolve(esme))
      esme.on('error', reject)
      t.after(() => esme.destroy())
    })
  }
  return { requests, sessions, connect }
}

async function theirSmsc(t: TestContext, connected: (session: Session) => void): Promise<{ port: number }> {
  const server = npmSmpp.createServer({}, (session) => {
    t.after(() => session.destroy())
    connected(session)
  })
  server.listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0 }
}

function answer(ask: (done: (pdu: PDU) => void) => void): Promise<PDU> {
  return new Promise((resolve) => ask(resolve))
}

function ourRequest(session: SmppSession, pdu: Parameters<SmppSession['request']>[0]): Promise<RequestResult> {
  return new Promise((resolve) => session.request(pdu, resolve))
}
