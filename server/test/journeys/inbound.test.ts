import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Smsc, startSmsc } from '@heliograph/simulator/smsc'
import { JumpingClock } from '../jumpingClock.ts'
import { waitFor } from '../waitFor.ts'
import { type ReceivedCall, startReceiver, type WebhookReceiver } from '../webhookReceiver.ts'
import { accountOf, carrierOf } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// A handset writes, the customer's server gets it. Through real SMPP and HTTP; only the time of day can jump.

const OUR_NUMBER = '+4930123456'
const GET_NUMBER = '+4930123457'
const US_NUMBER = '+14155550100'
const HANDSET = '+4915112345678'
const KEY_OF_OTHER = 'key-of-other'
const LONG = 'x'.repeat(150) + 'y'.repeat(150) + 'z'.repeat(10)

interface Listed {
  readonly requestId: string
  readonly message: string
  readonly missingParts: boolean
}

interface Explained extends Listed {
  readonly parts: readonly { readonly sequenceNumber: number; readonly message: string; readonly late: boolean }[]
  readonly callbacks: readonly { readonly status: string; readonly event: string; readonly url: string }[]
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`inbound on ${engine}`, () => {
    let smsc: Smsc
    let receiver: WebhookReceiver
    let heliograph: InProcess
    const clock = new JumpingClock()

    before(async () => {
      smsc = await startSmsc({ host: '127.0.0.1', port: 0, resendMs: 100 })
      receiver = await startReceiver()
      const numbers = [
        { number: OUR_NUMBER, inbound: { url: `${receiver.origin}/mo` } },
        { number: GET_NUMBER, inbound: { url: `${receiver.origin}/get?token=1`, method: 'GET' } },
        { number: US_NUMBER },
      ]
      const config = {
        http: { port: 0 },
        webhooks: { allowPrivateNetworks: true },
        accounts: [accountOf('acme', { numbers, optOutReplies: { start: '' } }), accountOf('other')],
        carriers: [carrierOf('smsc', smsc.port)],
      }
      heliograph = await startInProcess(engine, config, { clock })
      await waitFor(async () => (await heliograph.call('/readyz')).status === 200)
    })
    after(async () => {
      await heliograph.stop()
      await receiver.close()
      await smsc.close()
    })

    const write = (text: string, more: object = {}) => {
      assert.equal(smsc.sendInbound({ from: HANDSET, to: OUR_NUMBER, text, ...more }).kind, 'sent')
    }
    const callWith = async (text: string): Promise<ReceivedCall> => {
      const isIt = ({ body, query }: ReceivedCall) => textOf(body) === text || query.get('message') === text
      await waitFor(() => receiver.calls.some(isIt))
      return receiver.calls.find(isIt) ?? assert.fail()
    }
    const list = async (query = '') =>
      (await heliograph.call<{ messages: Listed[]; next: string | null }>(`/api/v1/inbound?limit=500&${query}`)).body
    const explain = async (id: string) => (await heliograph.call<Explained>(`/api/v1/inbound/${id}`)).body

    test('a message is forwarded with the documented body, listed and explained', async () => {
      write('Hello € ü')
      const call = await callWith('Hello € ü')
      const body = JSON.parse(call.body)
      assert.equal(call.method, 'POST')
      assert.equal(call.headers['content-type'], 'application/json')
      const { requestId } = body
      const [part] = body.contentList
      assert.match(part.sentDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/)
      assert.deepEqual(body, {
        from: HANDSET,
        to: OUR_NUMBER,
        message: 'Hello € ü',
        originMCC: '262',
        originMNC: '01',
        originTtId: null,
        totalPrice: '0.0',
        requestId,
        size: 1,
        missingParts: false,
        contentList: [
          {
            msgId: `${requestId}-1`,
            sentDate: part.sentDate,
            price: '0.0',
            currency: null,
            priceEffective: null,
            sequenceNumber: 1,
          },
        ],
      })
      const listed = (await list()).messages.find((one) => one.requestId === requestId)
      assert.equal(listed?.message, 'Hello € ü')
      await waitFor(async () => (await explain(requestId)).callbacks[0]?.status === 'delivered')
      const explained = await explain(requestId)
      assert.equal(explained.callbacks[0]?.event, 'message.inbound')
      assert.equal(explained.callbacks[0]?.url, `${receiver.origin}/mo`)
      assert.deepEqual(
        explained.parts.map(({ sequenceNumber, late }) => [sequenceNumber, late]),
        [[1, false]],
      )
    })

    test('GET carries the same fields in the query', async () => {
      write('by query & more', { to: GET_NUMBER })
      const { method, path, query, body } = await callWith('by query & more')
      assert.deepEqual([method, path, body], ['GET', '/get', ''])
      assert.equal(query.get('token'), '1')
      assert.equal(query.get('from'), HANDSET)
      assert.equal(query.get('size'), '1')
      assert.equal(JSON.parse(query.get('contentList') ?? '')[0].sequenceNumber, 1)
    })

    test('a long message whose parts are swapped and repeated comes once, whole', async () => {
      write(LONG, { order: [3, 1, 1, 2, 3] })
      const body = JSON.parse((await callWith(LONG)).body)
      assert.deepEqual([body.size, body.missingParts, body.contentList.length], [3, false, 3])
      const marker = 'after the repeated parts'
      write(marker)
      await callWith(marker)
      assert.equal(receiver.calls.filter((call) => textOf(call.body) === LONG).length, 1)
    })

    test('STOP is confirmed and turns later sends down with a reason, until START', async () => {
      const stranger = '+4915199999999'
      const send = async (to: string) => {
        const body = { to, from: US_NUMBER, message: 'offer' }
        return (
          await heliograph.call<{ status: string; errorCode: string; errorReason: string }>('/messaging/v1/sms', {
            body,
          })
        ).body
      }
      const phone = () => smsc.handsets.messages(HANDSET.slice(1)).map(({ text }) => text)
      smsc.handsets.clear(HANDSET.slice(1))
      write('Stop', { to: US_NUMBER })
      await waitFor(() => phone().length === 1)
      assert.match(phone()[0] ?? '', /unsubscribed/)
      const refused = await send(HANDSET)
      assert.deepEqual(
        [refused.status, refused.errorCode, refused.errorReason],
        ['REJECTED', '0b03', 'the recipient has opted out of messages from this sender'],
      )
      assert.equal((await send(stranger)).status, 'ACCEPTED')
      write('HELP', { to: US_NUMBER })
      await waitFor(() => phone().length === 2)
      write('START', { to: US_NUMBER })
      interface Ledger {
        readonly optOuts: readonly { readonly state: string; readonly keyword: string; readonly number: string }[]
      }
      const ledger = async (key?: string) => {
        const path = `/api/v1/opt-outs?number=${HANDSET.slice(1)}`
        return (await heliograph.call<Ledger>(path, key === undefined ? {} : { key })).body.optOuts
      }
      await waitFor(async () => (await ledger()).length === 2)
      assert.deepEqual(
        (await ledger()).map(({ state, keyword, number }) => [state, keyword, number]),
        [
          ['in', 'START', HANDSET],
          ['out', 'STOP', HANDSET],
        ],
      )
      assert.deepEqual(await ledger(KEY_OF_OTHER), [])
      assert.equal((await send(HANDSET)).status, 'ACCEPTED')
      await waitFor(() => phone().includes('offer'))
      assert.equal(phone().length, 3, 'START has an empty reply here')
    })

    test('another account sees none of it, and bad requests are refused by name', async () => {
      const [{ requestId } = { requestId: '' }] = (await list()).messages
      const status = async (path: string, key?: string | null) =>
        (await heliograph.call(path, key === undefined ? {} : { key })).status
      assert.equal(await status(`/api/v1/inbound/${requestId}`), 200)
      assert.equal(await status(`/api/v1/inbound/${requestId}`, KEY_OF_OTHER), 404)
      const others = await heliograph.call<{ messages: Listed[] }>('/api/v1/inbound', { key: KEY_OF_OTHER })
      assert.deepEqual(others.body.messages, [])
      for (const path of ['/api/v1/inbound', `/api/v1/inbound/${requestId}`, '/api/v1/opt-outs']) {
        assert.equal(await status(path, null), 401, path)
        assert.equal(await status(path, 'wrong'), 403, path)
      }
      assert.equal(await status('/api/v1/inbound/%00'), 404)
      const badLists: [field: string, query: string][] = [
        ['limit', 'limit=0'],
        ['limit', 'limit=501'],
        ['limit', 'limit=x'],
        ['since', 'since=yesterday'],
        ['cursor', 'cursor=x'],
        ['cursor', `cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`],
        ['from', 'from=%00'],
        ['to', 'to=%00'],
        ['to', 'to=1&TO=2'],
      ]
      for (const [field, query] of badLists) {
        const { status: code, body } = await heliograph.call(`/api/v1/inbound?${query}`)
        assert.deepEqual([code, body.violations?.[0]?.field], [400, field], query)
      }
      const badLedgers: [field: string, query: string][] = [
        ['number', 'number=%00'],
        ['sender', 'sender=%00'],
        ['cursor', 'cursor=e30'],
        ['limit', 'limit=-1'],
      ]
      for (const [field, query] of badLedgers) {
        const { status: code, body } = await heliograph.call(`/api/v1/opt-outs?${query}`)
        assert.deepEqual([code, body.violations?.[0]?.field], [400, field], query)
      }
    })

    test('pages of the list join without gap or overlap, and its filters hold', async () => {
      const all = (await list()).messages
      const paged: Listed[] = []
      for (let next: string | null = ''; next !== null; ) {
        const cursor: string = next === '' ? '' : `&cursor=${next}`
        const page: { messages: Listed[]; next: string | null } = (
          await heliograph.call<{ messages: Listed[]; next: string | null }>(`/api/v1/inbound?limit=2${cursor}`)
        ).body
        paged.push(...page.messages)
        next = page.next
      }
      assert.deepEqual(paged, all)
      assert.equal((await list(`to=${GET_NUMBER.slice(1)}`)).messages.length, 1)
      assert.equal((await list('from=4915100000000')).messages.length, 0)
      assert.equal((await list(`since=${clock.now() + 60_000}`)).messages.length, 0)
      assert.equal((await list('since=2020-01-01T00:00:00Z')).messages.length, all.length)
    })

    test('a lost part is marked 10 minutes later, and shown as late when it comes at last', async () => {
      const text = 'a'.repeat(152) + 'b'.repeat(152) + 'c'.repeat(20)
      write(text, { order: [1, 3], reference: 4711 })
      const undelivered = () => smsc.undelivered('journey')
      await waitFor(() => undelivered() === 0)
      clock.jump(10 * 60_000)
      const marked = `${'a'.repeat(152)}<...>${'c'.repeat(20)}`
      const { requestId, missingParts, size, contentList } = JSON.parse((await callWith(marked)).body)
      assert.deepEqual([missingParts, size, contentList.length], [true, 3, 2])
      const calls = receiver.calls.length
      write(text, { order: [2], reference: 4711 })
      await waitFor(() => undelivered() === 0)
      const { parts, message } = await explain(requestId)
      assert.equal(message, marked)
      assert.deepEqual(
        parts.map(({ sequenceNumber, late, message: said }) => [sequenceNumber, late, said[0]]),
        [
          [1, false, 'a'],
          [2, true, 'b'],
          [3, false, 'c'],
        ],
      )
      clock.jump(11 * 60_000)
      write('after the late part')
      await callWith('after the late part')
      assert.equal(receiver.calls.length, calls + 1)
    })
  })
}

function textOf(body: string): string | null {
  return body === '' ? null : JSON.parse(body).message
}
