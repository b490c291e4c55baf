import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { FakeClock } from '../../../test/fakeClock.ts'
import { openTestStore } from '../../../test/openTestStore.ts'
import { START } from '../../../test/sampleMessages.ts'
import { createTestMedia, inPieces, jpegOf, storedCounts } from '../../../test/testMedia.ts'
import { waitFor } from '../../../test/waitFor.ts'
import type { Account } from '../../accounts/account.ts'
import { createKeyring } from '../../accounts/keyring.ts'
import type { Scope } from '../../accounts/scopes.ts'
import { createRateLimit } from '../../http/rateLimit.ts'
import { createHttpServer } from '../../http/server.ts'
import type { FetchRemote } from '../../media/media.ts'
import { mediaRoutes } from './mediaRoutes.ts'

const MEDIA = '/conversations/v3/media'
const READING = ['/messaging/v1/chat/media', '/chat-api/v2/media', MEDIA]
const NEVER = '01a200be-a3aa-76f3-adb0-c1d6fffe9b66'
const PHOTO = jpegOf(300_000)

test('a file is uploaded, listed, read over every API and deleted', async (context) => {
  const { url, call, upload } = await open(context)
  const uploaded = await upload(PHOTO, { query: '?filename=Grüße.jpg', type: 'image/jpeg' })
  assert.equal(uploaded.status, 200)
  const { mediaId } = uploaded.body
  assert.deepEqual(uploaded.body, {
    mediaId,
    url: `${url}${MEDIA}/${mediaId}`,
    quota: 1_000_000,
    usage: PHOTO.length,
  })
  const list = await call(MEDIA)
  assert.deepEqual(list.body, [
    {
      mediaId,
      contentType: 'image/jpeg',
      validity: 1_440,
      fileName: 'Grüße.jpg',
      fileSize: PHOTO.length,
      createdAt: new Date(START).toISOString(),
      expiresAt: new Date(START + 24 * 60 * 60_000).toISOString(),
    },
  ])
  assert.equal(list.headers.get('x-total-items'), '1')
  assert.match(String(list.headers.get('link')), /rel="current"/)
  for (const path of READING) {
    const { status, headers, bytes } = await call(`${path}/${mediaId.toUpperCase()}`)
    assert.equal(status, 200)
    assert.ok(bytes.equals(PHOTO))
    assert.equal(headers.get('content-type'), 'image/jpeg')
    assert.equal(headers.get('content-length'), String(PHOTO.length))
    assert.match(String(headers.get('content-disposition')), /^attachment; .*filename\*=UTF-8''Gr%C3%BC%C3%9Fe\.jpg$/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.match(String(headers.get('content-security-policy')), /^sandbox/)
    const head = await call(`${path}/${mediaId}`, { method: 'HEAD' })
    assert.deepEqual(
      [head.status, head.headers.get('content-length'), head.bytes.length],
      [200, String(PHOTO.length), 0],
    )
  }
  const deletion = { method: 'DELETE' }
  assert.deepEqual([(await call(`${MEDIA}/${mediaId}`, deletion)).status, (await call(MEDIA)).body], [204, []])
  for (const path of READING) assert.equal((await call(`${path}/${mediaId}`)).status, 404)
  assert.equal((await call(`${MEDIA}/${mediaId}`, deletion)).status, 404)
})

test('who has no key, the wrong one, or another account gets nothing', async (context) => {
  const { call, upload } = await open(context)
  const { mediaId } = (await upload(PHOTO)).body
  const statuses = async (key: string | null) => {
    const answers = [
      ...READING.map((path) => call(`${path}/${mediaId}`, { key })),
      call(`${MEDIA}/${mediaId}`, { key, method: 'DELETE' }),
    ]
    return new Set((await Promise.all(answers)).map(({ status }) => status))
  }
  assert.deepEqual(await statuses(null), new Set([401]))
  assert.deepEqual(await statuses('nonsense'), new Set([403]))
  assert.deepEqual(await statuses('key-of-texter'), new Set([403]))
  assert.deepEqual(await statuses('key-of-other'), new Set([404]))
  assert.deepEqual((await call(MEDIA, { key: 'key-of-other' })).body, [])
  for (const key of [null, 'nonsense', 'key-of-texter']) {
    assert.ok([401, 403].includes((await upload(PHOTO, { key })).status))
  }
  assert.equal((await call(`${MEDIA}/${mediaId}`)).status, 200)
})

test('an id that never was, or is none, is unknown', async (context) => {
  const { call } = await open(context)
  for (const id of [NEVER, 'x', '%00', '..%2f..%2fetc%2fpasswd', '1%27--']) {
    for (const path of READING) assert.equal((await call(`${path}/${id}`)).status, 404, id)
    assert.equal((await call(`${MEDIA}/${id}`, { method: 'DELETE' })).status, 404, id)
  }
})

test('a file that is not what it says, or of no known type, is refused with 415', async (context) => {
  const { db, upload } = await open(context)
  const refused: [Buffer, string][] = [
    [PHOTO, 'application/pdf'],
    [PHOTO, 'multipart/form-data; boundary=x'],
    [PHOTO, 'text/html'],
    [Buffer.from('<!doctype html><script>alert(1)</script>'), 'text/plain'],
    [Buffer.from('{"a":1}'), 'application/json'],
    [gzipSync(Buffer.alloc(1_000_000)), 'application/octet-stream'],
  ]
  for (const [bytes, type] of refused) {
    const { status, headers } = await upload(bytes, { type })
    assert.equal(status, 415, type)
    assert.match(String(headers.get('content-type')), /^application\/problem\+json/)
  }
  // What is packed stays so: nothing unpacks it because of a header.
  const packed = await upload(gzipSync(PHOTO), { type: 'image/jpeg', headers: { 'content-encoding': 'gzip' } })
  assert.equal(packed.status, 415)
  assert.deepEqual(await storedCounts(db), { media: 0, files: 0, chunks: 0 })
})

test('queries that say nothing sensible are refused by name, in any case of letters', async (context) => {
  const { call, upload } = await open(context)
  for (const query of ['?validity=0', '?validity=43201', '?Validity=x', '?VALIDITY=1&validity=2']) {
    const { status, body } = await upload(PHOTO, { query })
    assert.deepEqual([status, body.violations?.[0]?.field], [400, 'validity'], query)
  }
  assert.equal((await upload(PHOTO, { query: '?VALIDITY=5&FileName=..%2Fa%0D%0AX-Y:%20z.jpg' })).status, 200)
  const [entry] = (await call(MEDIA)).body
  assert.deepEqual([entry.validity, entry.fileName], [5, 'aX-Y z.jpg'])
  assert.equal((await call(`${MEDIA}?page=0`)).status, 400)
})

test('an empty body is a mistake', async (context) => {
  const { upload } = await open(context)
  assert.equal((await upload(Buffer.alloc(0))).status, 400)
  assert.equal((await upload(null)).status, 400)
})

test('what is too large, or more than the quota, is refused with 413 and leaves nothing', async (context) => {
  const { db, upload } = await open(context)
  const tooLarge = await upload(jpegOf(500_001))
  assert.deepEqual([tooLarge.status, tooLarge.body.title], [413, 'Content Too Large'])
  assert.deepEqual(await storedCounts(db), { media: 0, files: 0, chunks: 0 })
  assert.equal((await upload(jpegOf(500_000))).status, 200)
  assert.equal((await upload(jpegOf(400_000))).body.usage, 900_000)
  const full = await upload(jpegOf(100_001))
  assert.deepEqual([full.status, full.body.title], [413, 'Quota Exceeded'])
  assert.equal((await upload(jpegOf(100_000))).body.usage, 1_000_000)
})

test('a body without an end is answered 413, and cut off', async (context) => {
  const { url, db } = await open(context)
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  context.after(() => socket.destroy())
  socket.on('error', () => {})
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(
    `POST ${MEDIA} HTTP/1.1\r\nhost: x\r\napikey: key-of-acme\r\ncontent-type: image/jpeg\r\n` +
      'transfer-encoding: chunked\r\n\r\n',
  )
  const piece = Buffer.concat([Buffer.from('10000\r\n'), jpegOf(65_536), Buffer.from('\r\n')])
  let sent = 0
  while (!socket.destroyed) {
    sent += 65_536
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
  }
  await closed
  assert.match(answer, /^HTTP\/1\.1 413 /)
  // What is thrown away for the caller's sake is bounded, too; the rest waits in buffers of the system.
  assert.ok(sent < 60_000_000, String(sent))
  await waitFor(async () => (await storedCounts(db)).media === 0)
})

test('a body that stands still is answered 408', async (context) => {
  const { url, db, clock } = await open(context)
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  context.after(() => socket.destroy())
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text
  })
  socket.write(`POST ${MEDIA} HTTP/1.1\r\nhost: x\r\napikey: key-of-acme\r\ncontent-length: 400000\r\n\r\n`)
  socket.write(jpegOf(200_000))
  await waitFor(async () => (await storedCounts(db)).chunks === 1)
  await waitFor(() => {
    clock.advance(1_000)
    return answer.includes('\r\n\r\n')
  })
  assert.match(answer, /^HTTP\/1\.1 408 /)
})

test('a caller that hangs up in the middle leaves nothing to be had', async (context) => {
  const { url, db, call, media } = await open(context)
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`POST ${MEDIA} HTTP/1.1\r\nhost: x\r\napikey: key-of-acme\r\ncontent-length: 400000\r\n\r\n`)
  socket.write(jpegOf(200_000))
  await waitFor(async () => (await storedCounts(db)).chunks === 1)
  socket.destroy()
  await waitFor(async () => (await media.usage('acme')).bytes === 0)
  assert.deepEqual((await call(MEDIA)).body, [])
})

test('a file that a person sent is served as bytes, whatever it is, and never opened by a browser', async (context) => {
  const page = Buffer.from('<!doctype html><script>alert(document.domain)</script>')
  const { db, media, call } = await open(context, async () => {
    return { kind: 'found', contentType: 'text/html', stream: inPieces(page) }
  })
  media.start()
  const about = { accountId: 'acme', carrierId: 'wa', remoteId: 'r', contentType: 'text/html', fileName: 'x.html' }
  const id = await db.write((tx) => media.remote(tx, about))
  const { status, headers, bytes } = await call(`/messaging/v1/chat/media/${id}`)
  assert.equal(status, 200)
  assert.ok(bytes.equals(page))
  assert.equal(headers.get('content-type'), 'application/octet-stream')
  assert.equal(headers.get('content-disposition'), 'attachment; filename="x.html"')
  assert.equal((await call(`/messaging/v1/chat/media/${id}`, { key: 'key-of-other' })).status, 404)
  assert.deepEqual((await call(MEDIA)).body, [])
})

test('while the carrier does not give a file out it is answered 503, and 404 when it never will', async (context) => {
  let answer: Awaited<ReturnType<FetchRemote>> = { kind: 'later', reason: 'busy' }
  const { db, clock, media, call } = await open(context, async () => answer)
  media.start()
  const about = { accountId: 'acme', carrierId: 'wa', remoteId: 'r', contentType: null, fileName: null }
  const id = await db.write((tx) => media.remote(tx, about))
  const later = await call(`/chat-api/v2/media/${id}`)
  assert.deepEqual([later.status, later.headers.get('retry-after')], [503, '5'])
  answer = { kind: 'gone', reason: 'expired' }
  clock.advance(5_000)
  await waitFor(async () => (await call(`/chat-api/v2/media/${id}`)).status === 404)
})

async function open(context: TestContext, fetchRemote?: FetchRemote) {
  const db = await openTestStore(context)
  const clock = new FakeClock(START)
  const limits = { bytesMax: 500_000, quotaBytes: 1_000_000 }
  const media = createTestMedia(db, { clock, ...limits, ...(fetchRemote === undefined ? {} : { fetchRemote }) })
  context.after(() => media.stop())
  const app = createHttpServer({ bodyBytesMax: 1_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  const accounts = [accountOf('acme', ['chat']), accountOf('other', ['admin']), accountOf('texter', ['messages'])]
  const keyring = createKeyring({ db, clock, accounts, demoKey: null })
  let url = ''
  await app.register(async (scope) =>
    mediaRoutes(scope, { keyring, rateLimit: createRateLimit(clock), clock, media, baseUrl: () => url }),
  )
  url = await app.listen({ host: '127.0.0.1', port: 0 })

  const call = async (
    path: string,
    { key = 'key-of-acme', ...request }: RequestInit & { key?: string | null } = {},
  ) => {
    const headers = { ...(key === null ? {} : { apikey: key }), connection: 'close', ...request.headers }
    const answer = await fetch(`${url}${path}`, { ...request, headers })
    const bytes = Buffer.from(await answer.arrayBuffer())
    const isJson = bytes.length > 0 && answer.headers.get('content-type')?.includes('json') === true
    return { status: answer.status, headers: answer.headers, bytes, body: isJson ? JSON.parse(bytes.toString()) : null }
  }
  const upload = (
    bytes: Buffer | null,
    {
      query = '',
      type,
      key,
      headers = {},
    }: { query?: string; type?: string; key?: string | null; headers?: object } = {},
  ) =>
    call(`${MEDIA}${query}`, {
      method: 'POST',
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
      ...(key === undefined ? {} : { key }),
      ...(bytes === null ? {} : { body: new Uint8Array(bytes) }),
    })
  return { db, clock, media, url, call, upload }
}

function accountOf(id: string, scopes: readonly Scope[]): Account {
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
