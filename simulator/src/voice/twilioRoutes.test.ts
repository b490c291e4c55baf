import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { FakeClock } from '../../test/fakeClock.ts'
import { waitFor } from '../../test/waitFor.ts'
import { simulatorRoutes } from '../http.ts'
import { type Smsc, startSmsc } from '../smsc.ts'
import { sign } from './callbacks.ts'
import { Exchange } from './exchange.ts'

let smsc: Smsc
let app: FastifyInstance
let clock: FakeClock
let url: string

beforeEach(async () => {
  clock = new FakeClock()
  smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
  app = fastify({ forceCloseConnections: 'idle' })
  await app.register(simulatorRoutes, { smsc, exchange: new Exchange({ clock, seed: 'test' }) })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})

afterEach(async () => {
  await app.close()
  await smsc.close()
})

const TWIML = '<Response><Say language="de-DE">Eins</Say><Pause/><Say language="de-DE">Zwei</Say></Response>'

async function request(method: string, path: string, body?: URLSearchParams, authorization = basic('AC1:secret')) {
  const response = await fetch(`${url}/sim/twilio/2010-04-01/Accounts/AC1${path}`, {
    method,
    headers: authorization === '' ? {} : { authorization },
    ...(body === undefined ? {} : { body }),
  })
  const answer: unknown = await response.json()
  assert.ok(typeof answer === 'object' && answer !== null)
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: { ...answer } }
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

function order(fields: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({ To: '+4915112345678', From: '+4930123456', Twiml: TWIML, ...fields })
}

async function create(fields: Record<string, string> = {}) {
  const { status, body } = await request('POST', '/Calls.json', order(fields))
  return { status, code: Reflect.get(body, 'code'), sid: String(Reflect.get(body, 'sid')) }
}

async function statusOf(sid: string) {
  return Reflect.get((await request('GET', `/Calls/${sid}.json`)).body, 'status')
}

async function sim(method: string, path: string, body?: object) {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${url}/sim/v1${path}`, { method, ...json })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

describe('a call', () => {
  test('rings, is answered and ends as time goes on, and the phone heard what was said', async () => {
    const { status, sid } = await create()
    assert.equal(status, 201)
    assert.match(sid, /^CA[0-9a-f]{32}$/)
    assert.equal(await statusOf(sid), 'queued')
    clock.advance(0)
    assert.equal(await statusOf(sid), 'ringing')
    assert.deepEqual((await sim('GET', '/handsets/+4915112345678/calls')).body.calls, [
      {
        id: sid,
        from: '+4930123456',
        to: '+4915112345678',
        at: '2026-03-01T12:00:00.000Z',
        said: [],
        language: 'de-DE',
        status: 'ringing',
      },
    ])
    clock.advance(200)
    assert.equal(await statusOf(sid), 'in-progress')
    clock.advance(300)
    assert.equal(await statusOf(sid), 'completed')
    const [call] = (await sim('GET', '/handsets/004915112345678/calls')).body.calls
    assert.deepEqual([call.said, call.status], [['Eins', 'Zwei'], 'completed'])
    const { body } = await request('GET', `/Calls/${sid}.json`)
    assert.equal(Reflect.get(body, 'end_time'), 'Sun, 01 Mar 2026 12:00:00 +0000')
    assert.equal((await sim('DELETE', '/handsets/4915112345678/calls')).status, 204)
    assert.deepEqual((await sim('GET', '/handsets/4915112345678/calls')).body.calls, [])
  })

  test('tells its events in order, each signed', async () => {
    const calls: { event: string | null; status: string | null; right: boolean }[] = []
    const server = createServer(async (incoming, response) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      const form = new URLSearchParams(body)
      const right = incoming.headers['x-twilio-signature'] === sign('secret', `${base}/status?a=1`, form)
      calls.push({ event: form.get('SequenceNumber'), status: form.get('CallStatus'), right })
      response.writeHead(503).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    assert.ok(address !== null && typeof address === 'object')
    const base = `http://127.0.0.1:${address.port}`
    const body = order({ StatusCallback: `${base}/status?a=1` })
    for (const event of ['initiated', 'ringing', 'answered', 'completed']) body.append('StatusCallbackEvent', event)
    assert.equal((await request('POST', '/Calls.json', body)).status, 201)
    clock.advance(500)
    await waitFor('four callbacks', () => calls.length === 4 || undefined)
    assert.equal((await create({ StatusCallback: `${base}/status?a=1`, To: '+49151129997' + '01' })).status, 201)
    clock.advance(500)
    await waitFor('the last callback', () => calls.length === 5 || undefined)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    assert.deepEqual(calls, [
      { event: '0', status: 'initiated', right: true },
      { event: '1', status: 'ringing', right: true },
      { event: '2', status: 'in-progress', right: true },
      { event: '3', status: 'completed', right: true },
      { event: '2', status: 'busy', right: true },
    ])
  })

  test('with a magic ending goes as the ending says', async () => {
    for (const [ending, status] of [
      ['00', 'completed'],
      ['01', 'busy'],
      ['02', 'no-answer'],
      ['03', 'failed'],
      ['04', 'canceled'],
    ]) {
      const { sid } = await create({ To: `+49151129997${ending}` })
      clock.advance(500)
      assert.equal(await statusOf(sid), status)
    }
    const { sid } = await create({ To: '+49151129997' + '10' })
    clock.advance(9_999)
    assert.equal(await statusOf(sid), 'ringing')
    assert.deepEqual((await sim('GET', '/handsets/4915112999703/calls')).body.calls, [])
  })

  test('is shown to its own account only, the newest first', async () => {
    const first = await create()
    const second = await create()
    const { body } = await request('GET', '/Calls.json')
    const sids = Reflect.get(body, 'calls').map((call: object) => Reflect.get(call, 'sid'))
    assert.deepEqual(sids, [second.sid, first.sid])
    const other = await request('GET', `/Calls/${first.sid}.json`, undefined, basic('AC2:secret'))
    assert.deepEqual([other.status, Reflect.get(other.body, 'code')], [404, 20_404])
  })
})

describe('a request for a call', () => {
  test('is refused as the provider would refuse it', async () => {
    const wrong: [fields: Record<string, string>, code: number][] = [
      [{ To: '' }, 21_201],
      [{ To: '123' }, 21_211],
      [{ From: '' }, 21_213],
      [{ From: 'Acme' }, 21_212],
      [{ Twiml: '<Response><Dial>+49</Dial></Response>' }, 12_100],
      [{ Twiml: `<Response><Say>${'a'.repeat(4_000)}</Say></Response>` }, 12_100],
      [{ StatusCallback: 'ftp://a.example' }, 21_609],
      [{ To: '+4915112999720' }, 21_211],
      [{ To: '+4915112999721' }, 21_215],
      [{ To: '+4915112999722' }, 21_210],
    ]
    for (const [fields, code] of wrong) {
      const { status, code: found } = await create(fields)
      assert.deepEqual([status, found], [400, code], JSON.stringify(fields))
    }
    const unnamed = await request('POST', '/Calls.json', order(), '')
    assert.deepEqual([unnamed.status, Reflect.get(unnamed.body, 'code')], [401, 20_003])
    assert.deepEqual((await request('GET', '.json')).body, {
      sid: 'AC1',
      friendly_name: 'Simulator',
      status: 'active',
      type: 'Full',
    })
    assert.equal((await request('GET', '/Messages.json')).status, 404)
  })

  test('can be told to go wrong for a while, or for ever', async () => {
    const statuses: number[] = []
    for (let tries = 0; tries < 4; tries++) statuses.push((await create({ To: '+4915112999731' })).status)
    assert.deepEqual(statuses, [429, 429, 429, 201])
    assert.equal((await create({ To: '+4915112999730' })).status, 429)
    assert.equal((await create({ To: '+4915112999732' })).status, 500)
    assert.equal((await create({ To: '+4915112999723' })).status, 403)
    const { retryAfter } = await request('POST', '/Calls.json', order({ To: '+4915112999731' }))
    assert.equal(retryAfter, '1')
    await assert.rejects(create({ To: '+4915112999741' }))
  })

  test('that is never answered still makes the call, and does not keep the server from closing', async () => {
    const silent = create({ To: '+4915112999740' }).catch(() => 'cut off')
    const calls = () => sim('GET', '/handsets/4915112999740/calls')
    await waitFor('the call', async () => {
      clock.advance(500)
      return (await calls()).body.calls.length === 1 || undefined
    })
    await app.close()
    assert.equal(await silent, 'cut off')
  })
})

describe('outcomes of calls', () => {
  test('that are set hold until they are deleted', async () => {
    const path = '/call-outcomes/+4915112345678'
    assert.equal((await sim('PUT', path, { ending: 'no-answer', ringMs: 50 })).status, 200)
    const { sid } = await create()
    clock.advance(50)
    assert.equal(await statusOf(sid), 'no-answer')
    assert.equal((await sim('PUT', path, { like: '999701' })).body.outcome.ending, 'busy')
    const refuse = { create: { kind: 'refuse', status: 429, code: 20_429, retryAfterSeconds: 3, times: 1 } }
    assert.equal((await sim('PUT', path, refuse)).status, 200)
    assert.deepEqual([(await create()).status, (await create()).status], [429, 201])
    assert.equal((await sim('GET', '/call-outcomes')).body.outcomes.length, 1)
    assert.equal((await sim('GET', path)).body.outcome.create.kind, 'refuse')
    assert.equal((await sim('DELETE', path)).status, 204)
    assert.equal((await sim('DELETE', path)).status, 404)
  })

  test('that make no sense are refused with everything that is wrong', async () => {
    const wrong: [body: object, fields: string[]][] = [
      [{ like: '123' }, ['like']],
      [{ like: '999701', ringMs: 1 }, ['like']],
      [{ ending: 'engaged', talkMs: -1 }, ['ending', 'talkMs']],
      [{ create: { kind: 'refuse', status: 200 } }, ['create.status', 'create.code']],
      [{ create: { kind: 'silence', delayMs: 1 } }, ['create.delayMs']],
      [{ create: { kind: 'close', times: 0 } }, ['create.times']],
    ]
    for (const [body, fields] of wrong) {
      const { status, body: answer } = await sim('PUT', '/call-outcomes/1', body)
      assert.equal(status, 400)
      const found = answer.violations.map(({ field }: { field: string }) => field)
      assert.deepEqual(found, fields, JSON.stringify(body))
    }
  })
})
