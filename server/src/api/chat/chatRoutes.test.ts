import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openTestStore } from '../../../test/openTestStore.ts'
import { createKeyring } from '../../accounts/keyring.ts'
import type { Scope } from '../../accounts/scopes.ts'
import { createTestChats, prepareTold } from '../../chat/testChats.ts'
import { createRateLimit } from '../../http/rateLimit.ts'
import { createHttpServer } from '../../http/server.ts'
import { chatRoutes } from './chatRoutes.ts'

const V1 = '/messaging/v1/chat'
const V2 = '/chat-api/v2'
const CHAIN = {
  to: '+4915112345678',
  channels: ['whatsapp', 'sms'],
  defaultContent: { contentType: 'text', text: 'Hello' },
  whatsapp: { from: 4930123456 },
  sms: { from: 'Heliograph' },
  context: { userContext: 'order 17' },
}
const NEVER = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'

async function open(context: TestContext) {
  const db = await openTestStore(context)
  await prepareTold(db)
  const rig = createTestChats({ db })
  await rig.dispatcher.start()
  // Until it has looked at the table, what is accepted waits for its next look.
  await rig.rest()
  context.after(() => rig.dispatcher.stop())
  const app = createHttpServer({ bodyBytesMax: 100_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  const accounts = [accountOf('acme', ['chat']), accountOf('other', ['admin'])]
  const callers = {
    keyring: createKeyring({ db, clock: rig.clock, accounts, demoKey: null }),
    rateLimit: createRateLimit(rig.clock),
  }
  // In a plugin, as in the server: hooks of plugins that were registered before are then in force.
  await app.register(async (scope) =>
    chatRoutes(scope, {
      ...callers,
      db,
      chats: rig.chats,
      accounts: new Map(accounts.map((account) => [account.id, account])),
      ownsNumber: () => false,
      whatsappSenders: (accountId) => new Set(accountId === 'acme' ? ['+4930123456'] : []),
      media: { read: async () => null },
      checkUrl: () => null,
    }),
  )
  const call = async (path: string, body?: unknown, account = 'acme') => {
    const headers = { apikey: `key-of-${account}` }
    const answer = await app.inject(
      body === undefined
        ? { url: path, headers }
        : {
            method: 'POST',
            url: path,
            headers: { ...headers, 'content-type': 'application/json' },
            payload: JSON.stringify(body),
          },
    )
    return { status: answer.statusCode, type: answer.headers['content-type']?.toString(), body: answer.json() }
  }
  return {
    rig,
    call,
    async sendChain(prefix: string): Promise<string> {
      const { status, body } = await call(`${prefix}/messages`, CHAIN)
      assert.equal(status, 202, JSON.stringify(body))
      await rig.rest()
      return body.messageId
    },
  }
}

function accountOf(id: string, scopes: readonly Scope[]) {
  return {
    id,
    name: id,
    apiKeys: [{ key: `key-of-${id}`, name: null, scopes }],
    numbers: [],
    senders: null,
    limits: { requestsPerSecond: null },
    optOutReplies: { stop: '', start: '', help: '' },
  }
}

test('a chain that falls to its second channel is told in both versions', async (context) => {
  const { sendChain, call, rig } = await open(context)
  const id = await sendChain(V1)
  assert.equal((await call(`${V1}/messages/${id}/status`)).body.status, 'accepted')
  const errorReason = 'whatsapp::error::131026 Message undeliverable'
  await rig.report(id, 'whatsapp', 'undelivered', { errorCode: '0b21', errorReason })
  await rig.report(id, 'sms', 'delivered')

  assert.deepEqual((await call(`${V1}/messages/${id}/status`)).body, {
    messageId: id,
    deliveryChannel: 'sms',
    status: 'delivered',
  })
  const { timestamp, ...status } = (await call(`${V2}/messages/${id}/status`)).body
  assert(Number.isFinite(Date.parse(timestamp)))
  assert.deepEqual(status, {
    messageId: id,
    event: 'MessageStatus::delivered',
    channel: 'sms',
    deliveryChannel: 'sms',
    from: 'Heliograph',
    status: 'delivered',
    userContext: 'order 17',
  })
  const { history } = (await call(`${V1}/messages/${id}/history`)).body
  const details = { code: 'whatsapp::error::131026', message: 'Message undeliverable' }
  const told = history.map(({ happendAt, ...event }: { happendAt: string }) => {
    assert(Number.isFinite(Date.parse(happendAt)))
    return event
  })
  assert.deepEqual(told, [
    { deliveryChannel: 'whatsapp', state: 'accepted' },
    { deliveryChannel: 'whatsapp', state: 'dispatched' },
    { deliveryChannel: 'whatsapp', state: 'failed', details },
    { deliveryChannel: 'sms', state: 'dispatched' },
    { deliveryChannel: 'sms', state: 'success' },
  ])
  const second = (await call(`${V2}/messages/${id}/history`)).body.history
  assert.deepEqual(Object.keys(second[0]), ['channel', 'deliveryChannel', 'happenedAt', 'state'])
})

test('a message is read back as it counts', async (context) => {
  const { sendChain, call } = await open(context)
  const id = await sendChain(V2)
  for (const prefix of [V1, V2]) {
    assert.deepEqual((await call(`${prefix}/messages/${id}`)).body, {
      messageId: id,
      to: '+4915112345678',
      channels: ['whatsapp', 'sms'],
      whatsapp: { from: '+4930123456', contentType: 'text', text: 'Hello' },
      sms: { from: 'Heliograph', contentType: 'text', text: 'Hello' },
      context: { userContext: 'order 17' },
    })
  }
})

test('a bulk is accepted as a whole, and each of its messages can be read', async (context) => {
  const { call } = await open(context)
  const bulk = { to: '+4915112345678', from: 'Heliograph', channel: 'sms', sms: [{ text: 'one' }, { text: 'two' }] }
  const { status, body } = await call(`${V2}/bulks`, bulk)
  assert.equal(status, 202)
  assert.deepEqual(Object.keys(body), ['bulkId', 'messageIds'])
  const texts = []
  for (const id of body.messageIds) texts.push((await call(`${V2}/messages/${id}`)).body.sms.text)
  assert.deepEqual(texts, ['one', 'two'])
})

test('what is wrong is told as a problem, and nothing is sent', async (context) => {
  const { call, rig } = await open(context)
  for (const prefix of [V1, V2]) {
    const { status, type, body } = await call(`${prefix}/messages`, { ...CHAIN, to: 'x', sms: { from: '' } })
    assert.equal(status, 400)
    assert.match(type ?? '', /^application\/problem\+json/)
    assert.deepEqual(
      body.violations.map(({ field }: { field: string }) => field),
      ['to', 'sms.from'],
    )
    assert.equal((await call(`${prefix}/messages`, CHAIN, 'other')).status, 403)
  }
  await rig.rest()
  assert.deepEqual([...rig.carriers.sms.received, ...rig.carriers.whatsapp.received], [])
})

test('another account’s message, one that never was and an id that is none are not found', async (context) => {
  const { sendChain, call } = await open(context)
  const id = await sendChain(V1)
  for (const prefix of [V1, V2]) {
    for (const path of ['', '/status', '/history']) {
      const foreign = await call(`${prefix}/messages/${id}${path}`, undefined, 'other')
      assert.equal(foreign.status, 404)
      for (const unknown of [NEVER, 'x', '%00']) {
        assert.deepEqual(await call(`${prefix}/messages/${unknown}${path}`), foreign)
      }
    }
  }
})

test('an id in capitals is the same id', async (context) => {
  const { sendChain, call } = await open(context)
  const id = await sendChain(V1)
  for (const prefix of [V1, V2]) {
    for (const path of ['', '/status', '/history']) {
      const written = await call(`${prefix}/messages/${id}${path}`)
      assert.equal(written.status, 200)
      assert.deepEqual(await call(`${prefix}/messages/${id.toUpperCase()}${path}`), written)
    }
  }
})
