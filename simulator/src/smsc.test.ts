import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { encodeGsm7 } from '@heliograph/text/gsm0338'
import { FakeClock } from '../test/fakeClock.ts'
import { receiptFields, submitFields, TestEsme } from '../test/testEsme.ts'
import { waitFor } from '../test/waitFor.ts'
import { type Smsc, startSmsc } from './smsc.ts'

const clock = new FakeClock()
let smsc: Smsc
let esmes: TestEsme[]

beforeEach(async () => {
  smsc = await startSmsc({ host: '127.0.0.1', port: 0, clock, seed: 1, enquireLinkMs: 0, responseTimeoutMs: 3_600_000 })
  esmes = []
})

afterEach(async () => {
  for (const esme of esmes) esme.destroy()
  await smsc.close()
})

async function bind(...options: Parameters<typeof TestEsme.bind> extends [number, ...infer Rest] ? Rest : never) {
  const esme = await TestEsme.bind(smsc.port, ...options)
  esmes.push(esme)
  return esme
}

/** Moves the clock in steps until the condition holds, as if the time had been waited for. */
async function waitWhileTimePasses(what: string, condition: () => boolean): Promise<void> {
  await waitFor(what, () => {
    clock.advance(100)
    return condition()
  })
}

describe('an ordinary message', () => {
  test('reaches the handset and is reported as delivered in text and TLVs', async () => {
    const esme = await bind()
    const response = await esme.submit('4915112345678', { data_coding: 0, short_message: encodeGsm7('Grüße') })
    const [receipt] = await esme.delivered(1)
    assert.equal(response.command_status, 0)
    assert(receipt)
    const fields = receiptFields(receipt)
    assert.equal(receipt.esm_class, 4)
    assert.equal(receipt.source_addr, '4915112345678')
    assert.equal(receipt.destination_addr, '4930123456')
    assert.equal(fields.id, response.message_id)
    assert.equal(receipt.receipted_message_id, response.message_id)
    assert.equal(receipt.message_state, 2)
    assert.equal(fields.stat, 'DELIVRD')
    assert.equal(fields.err, '000')
    assert.equal(fields.sub, '001')
    assert.equal(fields.dlvrd, '001')
    assert.match(fields['submit date'] ?? '', /^\d{10}$/)
    assert.equal(fields.text, 'Gr..e')
    assert.deepEqual(smsc.handsets.messages('4915112345678'), [
      {
        from: '+4930123456',
        to: '+4915112345678',
        text: 'Grüße',
        at: new Date(clock.now()).toISOString(),
        parts: 1,
        encoding: 'gsm7',
        flash: false,
      },
    ])
  })

  test('is reported only as registered_delivery asks', async () => {
    const esme = await bind()
    await esme.submit('4915112345678', { registered_delivery: 0 })
    await esme.submit('4915112345678', { registered_delivery: 2 })
    await esme.submit('4915112999006', { registered_delivery: 0 })
    const failed = await esme.submit('4915112999006', { registered_delivery: 2 })
    const last = await esme.submit('4915112345678', { registered_delivery: 1 })
    const receipts = await esme.delivered(2)
    assert.deepEqual(
      receipts.map(({ receipted_message_id }) => receipted_message_id),
      [failed.message_id, last.message_id],
    )
  })

  test('with a bit for intermediate notifications is reported as under way while it is delayed', async () => {
    const esme = await bind()
    await esme.submit('4915112999110', { registered_delivery: 0x11 })
    await esme.delivered(1)
    clock.advance(10_000)
    const receipts = await esme.delivered(2)
    assert.deepEqual(
      receipts.map((receipt) => [receipt.esm_class, receiptFields(receipt).stat]),
      [
        [0x20, 'ENROUTE'],
        [0x04, 'DELIVRD'],
      ],
    )
  })

  test('in UCS-2 with emoji, in message_payload, by data_sm or as flash is read as it was written', async () => {
    const esme = await bind()
    const to = '4915112345678'
    await esme.submit(to, { data_coding: 8, short_message: 'Привет 👋' })
    await esme.submit(to, { short_message: '', message_payload: { message: 'in the payload' } })
    await esme.submit(to, { data_coding: 0x10, short_message: 'flash' })
    await esme.request('data_sm', submitFields(to, { message_payload: { message: 'by data' } }))
    const messages = await waitFor('4 messages', () => {
      const received = smsc.handsets.messages(to)
      return received.length === 4 ? received : undefined
    })
    assert.deepEqual(
      messages.map(({ text, encoding, flash }) => [text, encoding, flash]),
      [
        ['Привет 👋', 'ucs2', false],
        ['in the payload', 'gsm7', false],
        ['flash', 'gsm7', true],
        ['by data', 'gsm7', false],
      ],
    )
  })

  test('ends as expired when its validity is over before its delay', async () => {
    const esme = await bind()
    await esme.submit('4915112999160', { validity_period: '000000000030000R' })
    clock.advance(29_000)
    const other = await esme.submit('4915112345678')
    assert.equal((await esme.delivered(1))[0]?.receipted_message_id, other.message_id)
    clock.advance(1_000)
    const expired = (await esme.delivered(2))[1]
    assert(expired)
    assert.equal(receiptFields(expired).stat, 'EXPIRED')
    assert.deepEqual(smsc.handsets.messages('4915112999160'), [])
  })

  test('with a malformed validity or schedule is refused', async () => {
    const esme = await bind()
    const to = '4915112345678'
    const statuses = []
    for (const fields of [{ validity_period: 'no time at all!!' }, { schedule_delivery_time: 'tomorrow' }]) {
      statuses.push((await esme.submit(to, fields)).command_status)
    }
    assert.deepEqual(statuses, [0x62, 0x61])
  })

  test('with a time to be sent at waits for it', async () => {
    const esme = await bind()
    await esme.submit('4915112345678', { schedule_delivery_time: '000000010000000R' })
    clock.advance(59 * 60_000)
    assert.deepEqual(smsc.handsets.messages('4915112345678'), [])
    clock.advance(60_000)
    await esme.delivered(1)
    assert.equal(smsc.handsets.messages('4915112345678').length, 1)
  })

  test('can be queried by its sender', async () => {
    const esme = await bind()
    const { message_id } = await esme.submit('4915112999006')
    const query = { source_addr_ton: 1, source_addr_npi: 1, source_addr: '4930123456' }
    const state = await esme.request('query_sm', { ...query, message_id })
    const unknown = await esme.request('query_sm', { ...query, message_id: '42' })
    assert.deepEqual([state.command_status, state.message_state], [0, 5])
    assert.equal(unknown.command_status, 0x67)
  })
})

describe('long messages', () => {
  const to = '4915112345678'

  test('are put together from parts with 8 or 16 bit references, in any order and with repeats', async () => {
    const esme = await bind()
    const parts = ['Never odd ', 'or ', 'even.']
    const headers = [
      (number: number) => Buffer.from([5, 0, 3, 77, 3, number]),
      (number: number) => Buffer.from([6, 8, 4, 1, 77, 3, number]),
    ]
    for (const header of headers) {
      for (const number of [3, 1, 1, 2]) {
        await esme.submit(to, { short_message: { udh: header(number), message: parts[number - 1] } })
      }
    }
    const texts = smsc.handsets.messages(to).map(({ text, parts: count }) => [text, count])
    assert.deepEqual(texts, [
      ['Never odd or even.', 3],
      ['Never odd or even.', 3],
    ])
    assert.equal((await esme.delivered(8)).length, 8)
  })

  test('are put together from sar TLVs, and a surrogate pair may be cut by parts', async () => {
    const esme = await bind()
    const octets = Buffer.from('Ende 👋 gut', 'utf16le').swap16()
    const sar = { sar_msg_ref_num: 9, sar_total_segments: 2, data_coding: 8 }
    await esme.submit(to, { ...sar, sar_segment_seqnum: 2, short_message: octets.subarray(12) })
    assert.deepEqual(smsc.handsets.messages(to), [])
    await esme.submit(to, { ...sar, sar_segment_seqnum: 1, short_message: octets.subarray(0, 12) })
    assert.equal(smsc.handsets.messages(to)[0]?.text, 'Ende 👋 gut')
  })
})

describe('receipts', () => {
  test('are held while nobody is bound to receive them and go to whoever binds under the same system_id', async () => {
    const transmitter = await bind({ systemId: 'a', command: 'bind_transmitter' })
    const stranger = await bind({ systemId: 'b' })
    const { message_id } = await transmitter.submit('4915112345678')
    assert.equal(smsc.undelivered('a'), 1)
    const receiver = await bind({ systemId: 'a', command: 'bind_receiver' })
    assert.equal((await receiver.delivered(1))[0]?.receipted_message_id, message_id)
    await waitFor('the response', () => smsc.undelivered('a') === 0)
    assert.equal(stranger.deliveries.length, 0)
  })

  test('are sent again when they were refused', async () => {
    const esme = await bind({ deliverStatus: 0x64 })
    await esme.submit('4915112345678')
    await esme.delivered(1)
    esme.deliverStatus = 0
    await waitWhileTimePasses('the receipt to be taken', () => smsc.undelivered('tester') === 0)
    assert.equal(esme.deliveries.length, 2)
  })

  test('are sent again on another connection when theirs broke before the answer', async () => {
    const first = await bind({ deliverStatus: null })
    const { message_id } = await first.submit('4915112345678')
    await first.delivered(1)
    first.destroy()
    await first.untilClosed()
    const second = await bind()
    await waitWhileTimePasses('the receipt to be taken', () => smsc.undelivered('tester') === 0)
    assert.equal(second.deliveries[0]?.receipted_message_id, message_id)
  })

  test('are shared by all receivers of a system_id in turn', async () => {
    const one = await bind()
    const two = await bind()
    for (let count = 0; count < 10; count += 1) await one.submit('4915112345678')
    await waitFor('10 receipts', () => one.deliveries.length + two.deliveries.length === 10)
    assert.equal(one.deliveries.length, 5)
  })

  test('wait for room in the window and all arrive', async () => {
    await smsc.close()
    smsc = await startSmsc({ host: '127.0.0.1', port: 0, clock, windowMax: 2 })
    const esme = await bind({ deliverStatus: null })
    for (let count = 0; count < 5; count += 1) await esme.submit('4915112345678')
    assert.equal((await esme.delivered(2)).length, 2)
    esme.deliverStatus = 0
    esme.destroy()
    const next = await bind()
    await waitWhileTimePasses('all receipts to be taken', () => smsc.undelivered('tester') === 0)
    assert.equal(next.deliveries.length, 5)
  })

  test('that nobody takes make the SMSC refuse more messages before they exceed their limit', async () => {
    await smsc.close()
    smsc = await startSmsc({ host: '127.0.0.1', port: 0, clock, deliveriesMax: 2 })
    const esme = await bind({ command: 'bind_transmitter' })
    const statuses = []
    for (let count = 0; count < 3; count += 1) statuses.push((await esme.submit('4915112345678')).command_status)
    assert.deepEqual(statuses, [0, 0, 0x14])
  })
})

describe('inbound messages', () => {
  const inbound = { from: '+4915112345678', to: '+4930123456' }

  test('reach the receiver, long ones in parts that fit together', async () => {
    const esme = await bind()
    assert.deepEqual(smsc.sendInbound({ ...inbound, text: 'Hi' }), { kind: 'sent', systemId: 'tester', parts: 1 })
    smsc.sendInbound({ ...inbound, text: 'x'.repeat(200) })
    const [short, first, second] = await esme.delivered(3)
    assert.deepEqual([short?.source_addr, short?.destination_addr], ['4915112345678', '4930123456'])
    assert.equal(short?.short_message.message, 'Hi')
    assert.equal(`${first?.short_message.message}${second?.short_message.message}`, 'x'.repeat(200))
    assert.equal(first?.esm_class, 0x40)
  })

  test('can lose and swap parts', async () => {
    const esme = await bind()
    smsc.sendInbound({ ...inbound, text: `${'a'.repeat(152)}${'b'.repeat(152)}c`, order: [3, 1] })
    const parts = await esme.delivered(2)
    assert.deepEqual(
      parts.map(({ short_message }) => String(short_message.message)[0]),
      ['c', 'a'],
    )
    assert.deepEqual(smsc.sendInbound({ ...inbound, text: 'short', order: [2] }), { kind: 'bad order', parts: 1 })
  })

  test('go nowhere while nobody ever bound as a receiver', async () => {
    await bind({ command: 'bind_transmitter' })
    assert.equal(smsc.sendInbound({ ...inbound, text: 'Hi' }).kind, 'no receiver')
  })
})

describe('binds', () => {
  test('need the right system_id and password when these are set, and are possible once', async () => {
    await smsc.close()
    smsc = await startSmsc({ host: '127.0.0.1', port: 0, clock, systemId: 'me', password: 'pw' })
    const esme = await TestEsme.connect(smsc.port)
    esmes.push(esme)
    const statuses = []
    for (const [system_id, password] of [
      ['you', 'pw'],
      ['me', 'no'],
      ['me', 'pw'],
      ['me', 'pw'],
    ]) {
      statuses.push((await esme.request('bind_transceiver', { system_id, password })).command_status)
    }
    assert.deepEqual(statuses, [0x0f, 0x0e, 0, 0x05])
  })

  test('decide who may submit', async () => {
    const unbound = await TestEsme.connect(smsc.port)
    esmes.push(unbound)
    const receiver = await bind({ command: 'bind_receiver' })
    assert.equal((await unbound.submit('4915112345678')).command_status, 0x04)
    assert.equal((await receiver.submit('4915112345678')).command_status, 0x04)
  })

  test('end by unbind, stay alive by enquire_link, and refuse what the SMSC cannot do', async () => {
    const esme = await bind()
    assert.equal((await esme.request('enquire_link')).command_status, 0)
    assert.equal((await esme.request('cancel_sm', { message_id: '1' })).command_status, 0x11)
    assert.equal((await esme.request('unbind')).command_status, 0)
    await esme.untilClosed()
  })

  test('that never come close the connection', async () => {
    const silent = await TestEsme.connect(smsc.port)
    await waitWhileTimePasses('the close', () => silent.closed)
  })
})

test('submit_multi reaches every destination under one id and names those that failed', async () => {
  const esme = await bind()
  const response = await esme.request('submit_multi', {
    ...submitFields(''),
    dest_address: ['4915112345678', '4915112999211', '4915112345679'].map((destination_addr) => ({
      dest_flag: 1,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr,
    })),
  })
  const receipts = await esme.delivered(2)
  assert.equal(response.command_status, 0)
  assert.deepEqual(
    response.unsuccess_sme?.map((sme) => [sme.destination_addr, sme.error_status_code]),
    [['4915112999211', 0x0b]],
  )
  assert.deepEqual(
    receipts.map(({ receipted_message_id }) => receipted_message_id),
    [response.message_id, response.message_id],
  )
})
