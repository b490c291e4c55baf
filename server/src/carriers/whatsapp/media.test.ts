import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { submitTimes } from '../carrier.contract.ts'
import { TestServer } from '../http/testServer.ts'
import type { FetchedMedia, OwnFile } from './media.ts'
import { graphError, json, TestGraph } from './testGraph.ts'
import { PATIENT, sampleChat, sampleMedia, WhatsAppRig } from './testWhatsApp.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452ff', 'hex')
const OURS = sampleMedia({ mediaId: 'file-1', caption: 'Look' })

function file(bytes = PNG, more: Partial<OwnFile> = {}): OwnFile {
  const stream = Readable.from([bytes.subarray(0, 5), bytes.subarray(5)], { objectMode: false })
  return { contentType: 'image/png', size: bytes.length, fileName: 'a "b"\r\n.png', stream, ...more }
}

test('a file of ours is uploaded once, byte for byte, and sent by the id that Meta gave it', async (context) => {
  const graph = await TestGraph.start(context)
  const asked: string[] = []
  const open = async (accountId: string, mediaId: string) => {
    asked.push(`${accountId} ${mediaId}`)
    return file()
  }
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { open })
  const { outcomes } = submitTimes(rig.carrier, 3, sampleChat(OURS))
  await waitFor(() => outcomes.length === 3)
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['accepted']))
  assert.deepEqual(asked, ['acme file-1'])
  assert.equal(graph.uploads.length, 1)
  const [upload] = graph.uploads
  const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(upload?.contentType ?? '')?.[1]
  assert.equal(
    upload?.body,
    `--${boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage/png\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a__b___.png"\r\n` +
      `Content-Type: image/png\r\n\r\n${PNG.toString('latin1')}\r\n--${boundary}--\r\n`,
  )
  for (const message of graph.messages) {
    assert.deepEqual((message as { image: unknown }).image, { id: 'upload-1', caption: 'Look' })
  }
  await rig.outcomeOf(OURS, { accountId: 'other' })
  assert.deepEqual(asked, ['acme file-1', 'other file-1'])
})

test('a file that is gone ends the message, and one that cannot be read now does not', async (context) => {
  const graph = await TestGraph.start(context)
  let open = async (): Promise<OwnFile | null> => null
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { open: () => open() })
  const refused = (code: number, reason: string, retry: string) => ({ kind: 'refused', code, reason, retry })
  assert.deepEqual(await rig.outcomeOf(OURS), refused(0x0b29, 'the file to send is not there any more', 'never'))
  const cutOff = refused(0x0b28, 'the upload of the file was cut off', 'same carrier later')
  open = () => Promise.reject(new Error('the store is away'))
  assert.deepEqual(await rig.outcomeOf(OURS), cutOff)
  open = async () => file(PNG, { size: 5 })
  assert.deepEqual(await rig.outcomeOf(OURS), cutOff)
  open = async () => file(PNG, { size: 50 })
  assert.deepEqual(await rig.outcomeOf(OURS), cutOff)
  assert.equal(rig.carrier.health().up, true)
  open = async () => file()
  graph.answerUploadsBy((response) => response.destroy())
  assert.deepEqual(await rig.outcomeOf(OURS), cutOff)
  graph.answerUploadsBy((response) => json(response, 400, graphError(131_053, 'Unsupported')))
  assert.deepEqual(
    await rig.outcomeOf(OURS),
    refused(0x0b29, 'whatsapp::error::131053 the file could not be uploaded (Unsupported)', 'never'),
  )
  assert.equal(graph.received, 0)
})

test('what the stream of a file reads from is let go when the upload ends early', async (context) => {
  const graph = await TestGraph.start(context)
  const endless = new Readable({ read() {} })
  const rig = await WhatsAppRig.started(context, graph.baseUrl, {
    open: async () => file(PNG, { stream: endless }),
    config: { mediaTimeoutMs: 100 },
  })
  const outcome = await rig.outcomeOf(OURS)
  assert.equal(outcome.kind, 'refused')
  await waitFor(() => endless.destroyed)
})

test('a file is uploaded again after a day, and when Meta refused the message with it', async (context) => {
  const graph = await TestGraph.start(context)
  const clock = new FakeClock()
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { clock, open: async () => file(), config: PATIENT })
  await rig.outcomeOf(OURS)
  clock.advance(24 * 3_600_000 - 1)
  await waitFor(() => rig.carrier.room() > 0)
  await rig.outcomeOf(OURS)
  assert.equal(graph.uploads.length, 1)
  clock.advance(1)
  await rig.outcomeOf(OURS)
  assert.equal(graph.uploads.length, 2)
  graph.answerMessagesBy((response) => json(response, 400, graphError(100, 'no such media')))
  await rig.outcomeOf(OURS)
  await rig.outcomeOf(OURS)
  assert.equal(graph.uploads.length, 3)
})

test('a received file comes with its type, by an address on the host of the API', async (context) => {
  const graph = await TestGraph.start(context)
  graph.answerOthersBy((response, { url, authorization }) => {
    if (url.startsWith('/v23.0/77')) {
      json(response, 200, {
        url: `${graph.baseUrl}/file?mid=77`,
        mime_type: 'image/png',
        file_size: PNG.length,
        id: '77',
      })
    } else if (url === '/file?mid=77' && authorization === 'Bearer token') response.end(PNG)
    else response.writeHead(404).end()
  })
  const rig = new WhatsAppRig(context, graph.baseUrl)
  const many = await Promise.all(Array.from({ length: 20 }, () => rig.carrier.fetchMedia('77')))
  for (const fetched of many) {
    assert.ok(fetched.kind === 'found')
    assert.equal(fetched.contentType, 'image/png')
    assert.equal(fetched.size, PNG.length)
    assert.deepEqual(await bytesOf(fetched), PNG)
  }
})

test('the token goes to no host that the operator has not named, and follows no redirect', async (context) => {
  let strangers = 0
  const stranger = await TestServer.start(context, (_request, response) => {
    strangers++
    response.end()
  })
  const graph = await TestGraph.start(context)
  const rig = new WhatsAppRig(context, graph.baseUrl, { config: { mediaHosts: ['lookaside.fbsbx.com', '127.0.0.1'] } })
  const fetchFrom = async (url: string) => {
    graph.answerOthersBy((response) => json(response, 200, { url }))
    return rig.carrier.fetchMedia('77')
  }
  const elsewhere = { kind: 'later', reason: 'the file is on a host that is not allowed' }
  const { port } = new URL(graph.baseUrl)
  for (const url of [
    `${stranger.url}/file`,
    'http://lookaside.fbsbx.com/x',
    'https://lookaside.fbsbx.com.evil.example/x',
    'https://lookaside.fbsbx.com@evil.example/x',
    'https://lookaside.fbsbx.com:8443/x',
    'https://user:pass@lookaside.fbsbx.com/x',
    `http://user@127.0.0.1:${port}/x`,
    'file:///etc/passwd',
    'http://169.254.169.254/latest',
    'not a url',
    '',
  ]) {
    assert.deepEqual(await fetchFrom(url), elsewhere, url)
  }
  graph.answerOthersBy((response, { url }) => {
    if (url.startsWith('/v23.0/77')) json(response, 200, { url: `${graph.baseUrl}/moved` })
    else response.writeHead(302, { location: `${stranger.url}/file` }).end()
  })
  assert.deepEqual(await rig.carrier.fetchMedia('77'), { kind: 'later', reason: 'HTTP 302' })
  assert.equal(strangers, 0)
})

test('ids that could be a path are no files, and files that Meta does not know are gone', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = new WhatsAppRig(context, graph.baseUrl)
  for (const id of ['', '../1001/messages', '77?x=1', '77/x', 'a b', 'x'.repeat(129)]) {
    assert.deepEqual(await rig.carrier.fetchMedia(id), { kind: 'gone', reason: 'it is not the id of a file' })
  }
  assert.equal(graph.requests.length, 0)
  graph.answerOthersBy((response) => json(response, 400, graphError(100, 'Object with ID 77 does not exist')))
  assert.equal((await rig.carrier.fetchMedia('77')).kind, 'gone')
  for (const [status, code] of [
    [401, 190],
    [429, 4],
    [500, 131_000],
  ] as const) {
    graph.answerOthersBy((response) => json(response, status, graphError(code)))
    assert.equal((await rig.carrier.fetchMedia('77')).kind, 'later')
  }
  await graph.goDown()
  assert.equal((await rig.carrier.fetchMedia('77')).kind, 'later')
})

test('a file that is too large, cut off, endless or slow fails, and holds nothing open', async (context) => {
  const graph = await TestGraph.start(context)
  let open = 0
  const sendBy = (write: (response: ServerResponse) => void, size: number | null = null) => {
    graph.answerOthersBy((response, { url }) => {
      if (url.startsWith('/v23.0/77')) json(response, 200, { url: `${graph.baseUrl}/file`, file_size: size })
      else {
        open++
        response.once('close', () => open--)
        write(response)
      }
    })
  }
  const config = { mediaBytesMax: 100, mediaTimeoutMs: 200 }
  const rig = new WhatsAppRig(context, graph.baseUrl, { config })
  const tooLarge = { kind: 'gone', reason: 'the file is larger than what is kept' }
  sendBy((response) => response.end(), 101)
  assert.deepEqual(await rig.carrier.fetchMedia('77'), tooLarge)
  sendBy((response) => response.writeHead(200, { 'content-length': 101 }).end(Buffer.alloc(101)))
  assert.deepEqual(await rig.carrier.fetchMedia('77'), tooLarge)
  const fails = async () => {
    const fetched = await rig.carrier.fetchMedia('77')
    assert.ok(fetched.kind === 'found')
    await assert.rejects(bytesOf(fetched))
  }
  sendBy((response) => {
    response.write(Buffer.alloc(100))
    response.end(Buffer.alloc(1))
  }, 1)
  await fails()
  sendBy((response) => {
    response.writeHead(200, { 'content-length': 50 }).write('half', () => response.destroy())
  })
  await fails()
  sendBy((response) => response.write('drip'))
  await fails()
  const unread = await rig.carrier.fetchMedia('77')
  assert.equal(unread.kind, 'found')
  await waitFor(() => open === 0)
})

test('a carrier that stops ends its downloads', async (context) => {
  const graph = await TestGraph.start(context)
  graph.answerOthersBy((response, { url }) => {
    if (url.startsWith('/v23.0/77')) json(response, 200, { url: `${graph.baseUrl}/file` })
    else response.write('drip')
  })
  const rig = new WhatsAppRig(context, graph.baseUrl)
  const fetched = await rig.carrier.fetchMedia('77')
  assert.ok(fetched.kind === 'found')
  const failed = assert.rejects(bytesOf(fetched))
  await rig.carrier.stop(0)
  await failed
  assert.equal((await rig.carrier.fetchMedia('77')).kind, 'later')
})

async function bytesOf({ stream }: FetchedMedia & { kind: 'found' }): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
