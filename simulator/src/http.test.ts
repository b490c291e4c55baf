import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { receiptFields, TestEsme } from '../test/testEsme.ts'
import { waitFor } from '../test/waitFor.ts'
import { simulatorRoutes } from './http.ts'
import { type Smsc, startSmsc } from './smsc.ts'

let smsc: Smsc
let app: FastifyInstance
let base: string

beforeEach(async () => {
  smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
  app = fastify({ forceCloseConnections: true })
  await app.register(simulatorRoutes, { smsc })
  base = `${await app.listen({ host: '127.0.0.1', port: 0 })}/sim/v1`
})

afterEach(async () => {
  await app.close()
  await smsc.close()
})

async function call(method: string, path: string, body?: unknown) {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${base}${path}`, { method, ...json })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? null : JSON.parse(text),
  }
}

describe('outcomes', () => {
  test('that are set hold until they are deleted', async () => {
    const esme = await TestEsme.bind(smsc.port)
    const set = await call('PUT', '/outcomes/+4915112345678', { receipt: { state: 'rejected', errorCode: '000D' } })
    assert.equal(set.status, 200)
    await esme.submit('4915112345678')
    const listed = await call('GET', '/outcomes')
    const deleted = await call('DELETE', '/outcomes/004915112345678')
    await esme.submit('4915112345678')
    const receipts = await esme.delivered(2)
    esme.destroy()
    assert.deepEqual(listed.body.outcomes, [{ number: '4915112345678', outcome: set.body.outcome }])
    assert.equal(deleted.status, 204)
    assert.deepEqual(
      receipts.map((receipt) => [receiptFields(receipt).stat, receiptFields(receipt).err]),
      [
        ['REJECTD', '013'],
        ['DELIVRD', '000'],
      ],
    )
    assert.equal((await call('DELETE', '/outcomes/4915112345678')).status, 404)
  })

  test('can be like those of a magic ending, or spelled out', async () => {
    const bodies = [
      { like: '999388' },
      { submit: { kind: 'accept', delayMs: 5 }, receipt: null },
      { submit: { kind: 'refuse', commandStatus: 88, times: 2 } },
      { submit: { kind: 'silence' } },
      { submit: { kind: 'close', moment: 'half', times: 1 } },
      { receipt: { word: 'ODD', copies: 2, ids: 'hex receipt', form: 'text', intermediate: { state: 'accepted' } } },
    ]
    for (const body of bodies) assert.equal((await call('PUT', '/outcomes/1', body)).status, 200, JSON.stringify(body))
    const { outcome } = (await call('GET', '/outcomes/1')).body
    assert.deepEqual(outcome.receipt.intermediate, { state: 'accepted', order: 'before final' })
    const magic = (await call('GET', '/outcomes/4915112999006')).body.outcome
    assert.equal(magic.receipt.errorCode, '0006')
  })

  test('that make no sense are refused with everything that is wrong', async () => {
    const wrong: [body: unknown, fields: string[]][] = [
      [[], ['']],
      ['text', ['']],
      [{ state: 'delivered' }, ['state']],
      [{ like: '123' }, ['like']],
      [{ like: '999006', receipt: null }, ['like']],
      [{ submit: {} }, ['submit.kind']],
      [{ submit: { kind: 'refuse' } }, ['submit.commandStatus']],
      [{ submit: { kind: 'accept', times: 1 } }, ['submit.times']],
      [{ submit: 1, receipt: 2 }, ['submit', 'submit.kind', 'receipt']],
      [
        { receipt: { errorCode: 'zz', delayMs: -1, copies: 1e9 } },
        ['receipt.errorCode', 'receipt.delayMs', 'receipt.copies'],
      ],
      [{ receipt: { intermediate: { state: 'delivered' } } }, ['receipt.intermediate.state']],
    ]
    for (const [body, fields] of wrong) {
      const { status, type, body: problem } = await call('PUT', '/outcomes/4915112345678', body)
      assert.equal(status, 400)
      assert.match(type ?? '', /^application\/problem\+json/)
      assert.deepEqual([problem.status, problem.title], [400, 'Constraint Violation'])
      assert.deepEqual(
        problem.violations.map(({ field }: { field: string }) => field),
        fields,
        JSON.stringify(body),
      )
    }
  })
})

describe('handsets', () => {
  test('show what they received, oldest first, until they are cleared', async () => {
    const esme = await TestEsme.bind(smsc.port)
    for (const text of ['one', 'two']) await esme.submit('4915112345678', { short_message: text })
    await esme.submit('4915112345679')
    esme.destroy()
    const { messages } = (await call('GET', '/handsets/%2B4915112345678/messages')).body
    assert.deepEqual(
      messages.map(({ from, to, text }: Record<string, string>) => [from, to, text]),
      [
        ['+4930123456', '+4915112345678', 'one'],
        ['+4930123456', '+4915112345678', 'two'],
      ],
    )
    const { handsets } = (await call('GET', '/handsets')).body
    assert.deepEqual(handsets.map(({ number, messages: count }: Record<string, string>) => [number, count]).sort(), [
      ['+4915112345678', 2],
      ['+4915112345679', 1],
    ])
    assert.equal((await call('DELETE', '/handsets/4915112345678/messages')).status, 204)
    assert.deepEqual((await call('GET', '/handsets/4915112345678/messages')).body, { messages: [] })
    assert.equal((await call('DELETE', '/handsets')).status, 204)
    assert.deepEqual((await call('GET', '/handsets')).body, { handsets: [] })
  })

  test('write to whoever is bound', async () => {
    const inbound = { from: '+4915112345678', to: '+4930123456', text: 'Hi' }
    assert.equal((await call('POST', '/inbound', inbound)).status, 409)
    const esme = await TestEsme.bind(smsc.port, { systemId: 'me' })
    const sent = await call('POST', '/inbound', inbound)
    assert.deepEqual([sent.status, sent.body], [202, { systemId: 'me', parts: 1 }])
    assert.equal((await esme.delivered(1))[0]?.short_message.message, 'Hi')
    assert.equal((await call('POST', '/inbound', { ...inbound, systemId: 'else' })).status, 409)
    assert.equal((await call('POST', '/inbound', { ...inbound, order: [2] })).body.violations[0].field, 'order')
    assert.equal(
      (await call('POST', '/inbound', { ...inbound, text: 'x'.repeat(39_000) })).body.violations[0].field,
      'text',
    )
    const problem = (await call('POST', '/inbound', { to: 'ümlaut', text: '', order: [] })).body
    assert.deepEqual(
      problem.violations.map(({ field }: { field: string }) => field),
      ['from', 'to', 'text', 'order'],
    )
    esme.destroy()
  })
})

describe('sinks', () => {
  test('record every call and answer 200 until told otherwise', async () => {
    const posted = await fetch(`${base}/sink/mine?x=1`, {
      method: 'POST',
      body: 'a=b',
      headers: { 'x-signature': 's' },
    })
    const got = await fetch(`${base}/sink/mine`)
    const { calls } = (await call('GET', '/sinks/mine/calls')).body
    assert.deepEqual([posted.status, got.status], [200, 200])
    assert.deepEqual(
      calls.map(({ method, url, body, answered }: Record<string, unknown>) => [method, url, body, answered]),
      [
        ['POST', '/sim/v1/sink/mine?x=1', 'a=b', 200],
        ['GET', '/sim/v1/sink/mine', '', 200],
      ],
    )
    assert.equal(calls[0].headers['x-signature'], 's')
    assert.deepEqual((await call('GET', '/sinks')).body.sinks[0].name, 'mine')
  })

  test('take whatever body a webhook has, also JSON that is none', async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${base}/sink/raw`, { method: 'POST', body: '{"half', headers })
    assert.equal(response.status, 200)
    assert.equal((await call('GET', '/sinks/raw/calls')).body.calls[0].body, '{"half')
    const large = await fetch(`${base}/sink/raw`, { method: 'POST', body: 'x'.repeat(70_000), headers })
    assert.equal(large.status, 413)
  })

  test('fail as often as they were told to', async () => {
    assert.equal((await call('PUT', '/sinks/flaky', { status: 503, failTimes: 2 })).status, 200)
    const statuses = []
    for (let calls = 0; calls < 3; calls += 1) statuses.push((await fetch(`${base}/sink/flaky`)).status)
    assert.deepEqual(statuses, [503, 503, 200])
    assert.equal((await call('DELETE', '/sinks/flaky')).status, 204)
    assert.equal((await call('DELETE', '/sinks/flaky')).status, 404)
    assert.deepEqual((await call('GET', '/sinks/flaky/calls')).body, { calls: [] })
  })

  test('answer late, but do not keep the server from closing', async () => {
    await call('PUT', '/sinks/slow', { delayMs: 60_000 })
    const slow = fetch(`${base}/sink/slow`).then(
      ({ status }) => status,
      () => 'closed',
    )
    await waitFor('the call', async () => (await call('GET', '/sinks/slow/calls')).body.calls[0])
    await app.close()
    assert.notEqual(await slow, undefined)
  })

  test('refuse a name or a script that makes no sense', async () => {
    assert.equal((await call('POST', '/sink/no%20name')).status, 400)
    const { status, body } = await call('PUT', '/sinks/mine', { status: 99, delayMs: 'long', failTimes: -1, extra: 1 })
    assert.equal(status, 400)
    assert.equal(body.violations.length, 4)
  })
})

test('every bad request is answered with a problem', async () => {
  const requests: [method: string, path: string, status: number][] = [
    ['GET', '/handsets/abc/messages', 400],
    ['DELETE', '/handsets/+/messages', 400],
    ['GET', '/outcomes/1234567890123456789012', 400],
    ['PUT', '/outcomes/1', 400],
    ['POST', '/inbound', 400],
    ['PUT', '/sinks/mine', 400],
    ['GET', '/nothing', 404],
    ['PATCH', '/handsets', 404],
  ]
  for (const [method, path, status] of requests) {
    const answer = await call(method, path)
    assert.equal(answer.status, status, `${method} ${path}`)
    assert.match(answer.type ?? '', /^application\/problem\+json/)
    assert.equal(answer.body.status, status)
  }
  const broken = await fetch(`${base}/inbound`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(broken.status, 400)
  assert.match(broken.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const form = await fetch(`${base}/inbound`, { method: 'POST', body: new URLSearchParams({ from: '1' }) })
  assert.equal(form.status, 415)
})

test('an inbound SMS to the API and back: the handset answers what it received', async () => {
  const esme = await TestEsme.bind(smsc.port)
  await esme.submit('4915112345678', { short_message: 'Ping' })
  const received = await waitFor('the message', () => smsc.handsets.messages('4915112345678')[0])
  await call('POST', '/inbound', { from: received.to, to: received.from, text: 'Pong' })
  const answer = (await esme.delivered(2)).at(-1)
  esme.destroy()
  assert.deepEqual([answer?.source_addr, answer?.short_message.message], ['4915112345678', 'Pong'])
})
