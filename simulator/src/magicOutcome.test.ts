import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { FakeClock } from '../test/fakeClock.ts'
import { type PeerPdu, receiptFields, submitFields, TestEsme } from '../test/testEsme.ts'
import { waitFor } from '../test/waitFor.ts'
import { magicOutcome } from './magicOutcome.ts'
import { type Smsc, startSmsc } from './smsc.ts'
import { magicCall } from './voice/magicCall.ts'
import { magicChat } from './whatsapp/magicChat.ts'

const clock = new FakeClock()
const prefix = '49151129'
let smsc: Smsc

before(async () => {
  smsc = await startSmsc({ host: '127.0.0.1', port: 0, clock, enquireLinkMs: 0, responseTimeoutMs: 3_600_000 })
})

after(() => smsc.close())

/** Runs `story` with a client of its own, under its own system_id. */
function withEsme(story: (esme: TestEsme, systemId: string) => Promise<void>): () => Promise<void> {
  return async () => {
    esmes += 1
    const systemId = `esme${esmes}`
    const esme = await TestEsme.bind(smsc.port, { systemId })
    try {
      await story(esme, systemId)
    } finally {
      esme.destroy()
    }
  }
}

let esmes = 0

/** Lets time pass until so many receipts came. */
async function receiptsOf(esme: TestEsme, count: number): Promise<readonly PeerPdu[]> {
  await waitFor(`${count} receipts`, () => {
    clock.advance(50)
    return esme.deliveries.length >= count
  })
  return esme.deliveries
}

/** Proves that nothing more is on its way: a message submitted later is reported first. */
async function noMoreThan(esme: TestEsme, count: number): Promise<void> {
  clock.advance(3_600_000)
  const marker = await esme.submit('4915112345678')
  await esme.delivered(count + 1)
  assert.equal(esme.deliveries.length, count + 1)
  assert.equal(esme.deliveries[count]?.receipted_message_id, marker.message_id)
}

describe('endings 9990xx decide the final state', () => {
  const finals: [ending: string, stat: string, err: string, handset: boolean][] = [
    ['999000', 'DELIVRD', '000', true],
    ['999020', 'EXPIRED', '000', false],
    ['999021', 'REJECTD', '000', false],
    ['999022', 'DELETED', '000', false],
    ['999023', 'UNKNOWN', '000', false],
    ['999024', 'UNDELIV', '000', false],
  ]
  for (let error = 1; error <= 14; error += 1) {
    finals.push([`9990${String(error).padStart(2, '0')}`, 'UNDELIV', String(error).padStart(3, '0'), false])
  }
  for (const [ending, stat, err, handset] of finals) {
    test(
      `${ending}: ${stat} with error ${err}`,
      withEsme(async (esme) => {
        const to = `${prefix}${ending}`
        await esme.submit(to)
        const [receipt] = await receiptsOf(esme, 1)
        assert(receipt)
        assert.equal(receiptFields(receipt).stat, stat)
        assert.equal(receiptFields(receipt).err, err)
        const networkError = err === '000' ? undefined : `03${Number(err).toString(16).padStart(4, '0')}`
        assert.equal(receipt.network_error_code?.toString('hex'), networkError)
        assert.equal(smsc.handsets.messages(to).length > 0, handset)
      }),
    )
  }
})

describe('endings 9991NN deliver NN seconds later', () => {
  for (const seconds of [1, 10, 60]) {
    const ending = `9991${String(seconds).padStart(2, '0')}`
    test(
      `${ending} not earlier`,
      withEsme(async (esme) => {
        const { message_id } = await esme.submit(`${prefix}${ending}`)
        clock.advance(seconds * 1000 - 1)
        const early = await esme.submit('4915112345678')
        assert.equal((await esme.delivered(1))[0]?.receipted_message_id, early.message_id)
        clock.advance(1)
        assert.equal((await esme.delivered(2))[1]?.receipted_message_id, message_id)
      }),
    )
  }

  test(
    '999100 delivers and never tells',
    withEsme(async (esme) => {
      await esme.submit(`${prefix}999100`)
      await noMoreThan(esme, 0)
      assert.equal(smsc.handsets.messages(`${prefix}999100`).length, 1)
    }),
  )
})

describe('endings 9992NN and 9993NN refuse with command_status NN', () => {
  for (const status of [0x08, 0x0b, 0x14, 0x45, 0x58]) {
    test(
      `9992${status}: every time`,
      withEsme(async (esme) => {
        for (let tries = 0; tries < 5; tries += 1) {
          const to = `${prefix}9992${String(status).padStart(2, '0')}`
          assert.equal((await esme.submit(to)).command_status, status)
        }
        await noMoreThan(esme, 0)
      }),
    )

    test(
      `9993${status}: three times, then it delivers, and starts again`,
      withEsme(async (esme) => {
        const statuses = []
        for (let tries = 0; tries < 5; tries += 1) {
          statuses.push((await esme.submit(`${prefix}9993${String(status).padStart(2, '0')}`)).command_status)
        }
        assert.deepEqual(statuses, [status, status, status, 0, status])
        await noMoreThan(esme, 1)
      }),
    )
  }
})

describe('endings 9994xx make odd receipts', () => {
  async function oddReceipts(esme: TestEsme, ending: string, count: number) {
    const response = await esme.submit(`${prefix}${ending}`)
    const receipts = [...(await receiptsOf(esme, count))]
    await noMoreThan(esme, count)
    return { id: response.message_id, receipts }
  }

  test(
    '999400: the receipt comes before the response',
    withEsme(async (esme) => {
      esme.send('submit_sm', submitFields(`${prefix}999400`))
      await esme.delivered(1)
      assert(!esme.order.includes('submit_sm_resp'))
      await waitFor('the response', () => {
        clock.advance(50)
        return esme.order.includes('submit_sm_resp')
      })
    }),
  )

  test(
    '999401: the receipt comes twice',
    withEsme(async (esme) => {
      const { receipts } = await oddReceipts(esme, '999401', 2)
      assert.deepEqual(receipts[0]?.short_message, receipts[1]?.short_message)
    }),
  )

  test(
    '999402: the id is decimal in the response and hexadecimal in the receipt',
    withEsme(async (esme) => {
      const { id, receipts } = await oddReceipts(esme, '999402', 1)
      assert.match(id, /^\d+$/)
      assert.equal(receipts[0]?.receipted_message_id, Number(id).toString(16).toUpperCase())
      assert.equal(receipts[0] && receiptFields(receipts[0]).id, Number(id).toString(16).toUpperCase())
    }),
  )

  test(
    '999403: the id is hexadecimal in the response and decimal in the receipt',
    withEsme(async (esme) => {
      const { id, receipts } = await oddReceipts(esme, '999403', 1)
      assert.equal(receipts[0]?.receipted_message_id, String(Number.parseInt(id, 16)))
    }),
  )

  test(
    '999404: the receipt has no text',
    withEsme(async (esme) => {
      const { id, receipts } = await oddReceipts(esme, '999404', 1)
      assert.equal(receipts[0]?.short_message.message.length, 0)
      assert.deepEqual([receipts[0]?.receipted_message_id, receipts[0]?.message_state], [id, 2])
    }),
  )

  test(
    '999405: the receipt has no TLVs',
    withEsme(async (esme) => {
      const { id, receipts } = await oddReceipts(esme, '999405', 1)
      assert.equal(receipts[0] && receiptFields(receipts[0]).id, id)
      assert.equal(receipts[0]?.receipted_message_id, undefined)
      assert.equal(receipts[0]?.message_state, undefined)
    }),
  )

  const sequences: [ending: string, stats: string[]][] = [
    ['999406', ['ENROUTE', 'DELIVRD']],
    ['999407', ['ACCEPTD', 'DELIVRD']],
    ['999408', ['DELIVRD', 'ENROUTE']],
    ['999409', ['STRANGE']],
  ]
  for (const [ending, stats] of sequences) {
    test(
      `${ending}: ${stats.join(', then ')}`,
      withEsme(async (esme) => {
        const { receipts } = await oddReceipts(esme, ending, stats.length)
        assert.deepEqual(
          receipts.map((receipt) => receiptFields(receipt).stat),
          stats,
        )
      }),
    )
  }
})

describe('endings 9995NN answer NN seconds late', () => {
  test(
    '999502: the response takes 2 s and the receipt follows it',
    withEsme(async (esme) => {
      esme.send('submit_sm', submitFields(`${prefix}999502`))
      await esme.request('enquire_link')
      clock.advance(1999)
      await esme.request('enquire_link')
      assert(!esme.order.includes('submit_sm_resp'))
      clock.advance(1)
      await esme.delivered(1)
      assert.deepEqual(esme.order.slice(-2), ['submit_sm_resp', 'deliver_sm'])
    }),
  )

  test(
    '999500: no response ever, but a receipt',
    withEsme(async (esme) => {
      esme.send('submit_sm', submitFields(`${prefix}999500`))
      await esme.delivered(1)
      clock.advance(3_600_000)
      await esme.request('enquire_link')
      assert(!esme.order.includes('submit_sm_resp'))
    }),
  )
})

describe('endings 9996xx break the connection', () => {
  const endings: [ending: string, taken: boolean][] = [
    ['999600', false],
    ['999601', true],
    ['999602', true],
  ]
  for (const [ending, taken] of endings) {
    test(
      `${ending}: once, with the message ${taken ? 'taken and reported on later' : 'not taken'}; the next try is accepted`,
      withEsme(async (esme, systemId) => {
        esme.send('submit_sm', submitFields(`${prefix}${ending}`))
        await esme.untilClosed()
        assert(!esme.order.includes('submit_sm_resp'))
        const next = await TestEsme.bind(smsc.port, { systemId })
        const again = await next.submit(`${prefix}${ending}`)
        await receiptsOf(next, taken ? 2 : 1)
        next.destroy()
        assert.equal(again.command_status, 0)
        assert.equal(smsc.handsets.messages(`${prefix}${ending}`).length, taken ? 2 : 1)
      }),
    )
  }

  for (const ending of ['999610', '999611', '999612']) {
    test(`${ending}: every time`, async () => {
      for (let tries = 0; tries < 3; tries += 1) {
        const esme = await TestEsme.bind(smsc.port, { systemId: 'stubborn', command: 'bind_transmitter' })
        esme.send('submit_sm', submitFields(`${prefix}${ending}`))
        await esme.untilClosed()
      }
    })
  }
})

test('every ending in the manual is magic, for messages, calls or chats', async () => {
  const manual = await readFile(new URL('../../docs/operate/simulator.md', import.meta.url), 'utf8')
  const endings = manual.match(/(?<=`)999\d{3}(?=`)/g) ?? []
  const { calls = [], chats = [], messages = [] } = Object.groupBy(endings, kindOf)
  assert(messages.length > 40 && calls.length > 15 && chats.length > 15)
  for (const ending of messages) assert.notEqual(magicOutcome(`${prefix}${ending}`), null, ending)
  for (const ending of calls) assert.notEqual(magicCall(`${prefix}${ending}`), null, ending)
  for (const ending of chats) assert.notEqual(magicChat(`${prefix}${ending}`), null, ending)
})

function kindOf(ending: string): 'calls' | 'chats' | 'messages' {
  return ending.startsWith('9997') ? 'calls' : ending.startsWith('9998') ? 'chats' : 'messages'
}

test('only the documented endings are magic', () => {
  for (const number of [
    '999',
    '99900',
    '4915112998000',
    '4915112999025',
    '4915112999200',
    '4915112999410',
    '999700',
    '9991e1',
  ]) {
    assert.equal(magicOutcome(number), null, number)
  }
  assert.notEqual(magicOutcome('999000'), null)
})
