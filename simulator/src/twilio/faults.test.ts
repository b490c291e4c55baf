import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { accountUser, ask } from '../../test/twilioReader.ts'
import { type FakeTwilio, startFakeTwilio } from './startFakeTwilio.ts'

describe('faults of the fake Twilio', () => {
  let fake: FakeTwilio
  before(async () => {
    fake = await startFakeTwilio()
  })
  after(() => fake.close())
  beforeEach(() => {
    fake.clearScript()
    fake.clearRequests()
  })

  const messages = () => `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/Messages.json?PageSize=10`
  const statuses = async (times: number) => {
    const all: number[] = []
    for (let turn = 0; turn < times; turn++) all.push((await ask(fake, messages())).status)
    return all
  }

  test('a rule befalls as many requests as it says, after as many as it says', async () => {
    fake.script({ resource: 'messages', after: 1, times: 2, fault: { kind: 'error', status: 500, code: 20500 } })
    assert.equal((await ask(fake, '/monitor/v1/Alerts')).status, 200)
    assert.deepEqual(await statuses(5), [200, 500, 500, 200, 200])
  })

  test('too many requests say when to come again', async () => {
    fake.script({ address: /Messages/, fault: { kind: 'too many requests', retryAfter: '1.5' } })
    const { status, body, headers } = await ask(fake, messages())
    assert.deepEqual([status, body.code, headers.get('retry-after')], [429, 20429, '1.5'])
    assert.equal(headers.get('twilio-concurrent-requests'), '1')
  })

  test('a connection is dropped before or within the answer', async () => {
    fake.script({ fault: { kind: 'drop', afterBytes: 0 } })
    await assert.rejects(ask(fake, messages()))
    fake.script({ fault: { kind: 'drop', afterBytes: 700 } })
    const { name, password } = accountUser(fake)
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
    const response = await fetch(`${fake.url}${messages()}`, { headers: { authorization } })
    assert.equal(response.status, 200)
    await assert.rejects(response.text())
    assert.deepEqual(await statuses(1), [200])
    assert.deepEqual(
      fake.requests().map(({ status }) => status),
      [0, 0, 200],
    )
  })

  test('a rule is taken back, and something else can be answered', async () => {
    const undo = fake.script({ times: Number.POSITIVE_INFINITY, fault: { kind: 'error', status: 503, code: 20503 } })
    assert.deepEqual(await statuses(2), [503, 503])
    undo()
    fake.script({ fault: { kind: 'body', status: 200, contentType: 'text/html', text: '<p>Proxy</p>' } })
    await assert.rejects(ask(fake, messages()), SyntaxError)
    assert.deepEqual(await statuses(1), [200])
  })

  test('requests are remembered as they were asked', async () => {
    await ask(fake, `${messages()}&DateSent%3E=2026-01-01%2000:00:00Z`)
    const [request] = fake.requests()
    assert.equal(request?.host, 'api')
    assert.equal(request?.path, `/2010-04-01/Accounts/${fake.accounts[0]?.sid}/Messages.json`)
    assert.deepEqual(request?.query, { PageSize: '10', 'DateSent>': '2026-01-01 00:00:00Z' })
    assert.equal(request?.resource, 'messages')
    assert.equal(request?.user, fake.accounts[0]?.sid)
  })
})

test('more requests at once than are allowed get 429', async () => {
  const fake = await startFakeTwilio({ latencyMs: 300, concurrentMax: 2 })
  try {
    const all = await Promise.all(Array.from({ length: 5 }, () => ask(fake, '/api/2010-04-01/Accounts.json')))
    const refused = all.filter(({ status }) => status === 429)
    assert.ok(refused.length >= 1 && refused.length <= 3)
    assert.ok(refused.every(({ body }) => body.code === 20429))
  } finally {
    await fake.close()
  }
})

test('the fewest requests that are to be remembered are', async () => {
  const fake = await startFakeTwilio({ requestsMax: 3 })
  try {
    for (let turn = 0; turn < 10; turn++) await ask(fake, `/studio/v1/Flows?PageSize=${turn + 1}`)
    assert.deepEqual(
      fake.requests().map(({ query }) => query.PageSize),
      ['8', '9', '10'],
    )
  } finally {
    await fake.close()
  }
})
