import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { responseStartBytesMax } from './bodyStart.ts'
import { chunkFramingBytesMax } from './chunkedBody.ts'
import { ResponseReader, responseBytesMax, responseHeadBytesMax } from './responseReader.ts'

interface Reading {
  readonly state: 'reading' | 'complete' | 'broken'
  readonly status: number
  readonly retryAfter: string | null
  readonly keepAlive: boolean
  readonly responseStart: string
}

/** Reads the pieces, each from the same buffer, as a connection does, until the reader has what it wants. */
function read(pieces: readonly (string | Buffer)[], reader = new ResponseReader()): Reading {
  const received = Buffer.alloc(Math.max(1, ...pieces.map((piece) => Buffer.byteLength(piece))), '\r\n')
  let state: Reading['state'] = 'reading'
  for (const piece of pieces) {
    if (state !== 'reading') break
    state = reader.read(received, Buffer.from(piece).copy(received))
  }
  const { status, retryAfter, keepAlive, responseStart } = reader
  return { state, status, retryAfter, keepAlive, responseStart }
}

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

interface Example {
  readonly name: string
  readonly response: string
  readonly state?: Reading['state']
  readonly status?: number
  readonly keepAlive?: boolean
  readonly start?: string
}

const examples: readonly Example[] = [
  { name: 'a body of a given length', response: 'HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok', status: 202 },
  { name: 'no body', response: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', start: '' },
  {
    name: '204 whatever its length says',
    response: 'HTTP/1.1 204 N\r\ncontent-length: 9\r\n\r\n',
    status: 204,
    start: '',
  },
  { name: '304', response: 'HTTP/1.1 304 Not Modified\r\n\r\n', status: 304, start: '' },
  { name: 'no length: until the connection ends', response: 'HTTP/1.1 200 OK\r\n\r\nok', state: 'reading' },
  { name: 'an unknown coding', response: 'HTTP/1.1 200 OK\r\ntransfer-encoding: x\r\n\r\nok', state: 'reading' },
  {
    name: 'interim answers before it',
    response: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nlink: x\r\n\r\n${chunked}2\r\nok\r\n0\r\n\r\n`,
  },
  { name: 'chunks', response: `${chunked}1\r\no\r\n01\r\nk\r\n0\r\n\r\n` },
  {
    name: 'chunk extensions and trailers',
    response: `${chunked}2;a="b" ; c\r\nok\r\n0 \r\nretry-after: 1\r\nx:\r\n\r\n`,
  },
  {
    name: 'a compressed and chunked body',
    response: `${chunked.replace('chunked', 'gzip, Chunked')}2\r\nok\r\n0\r\n\r\n`,
  },
  { name: 'a header folded over lines', response: 'HTTP/1.1 200 OK\r\nx: a\r\n\tb\r\ncontent-length:\r\n 2\r\n\r\nok' },
  { name: 'the same length twice', response: 'HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\ncontent-length: 2\r\n\r\nok' },
  {
    name: 'the last answer',
    response: 'HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nok',
    keepAlive: false,
  },
  { name: 'HTTP/1.0', response: 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', keepAlive: false },
  {
    name: 'HTTP/1.0 that keeps alive',
    response: 'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nok',
  },
  {
    name: 'more than its length',
    response: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n',
    keepAlive: false,
  },
  { name: 'a body after 204', response: 'HTTP/1.1 204 N\r\n\r\nok', status: 204, start: '', keepAlive: false },
  { name: 'more than its last chunk', response: `${chunked}2\r\nok\r\n0\r\n\r\n\r\n`, keepAlive: false },
  {
    name: 'both length and chunks',
    response: `${chunked.slice(0, -2)}content-length: 3\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    keepAlive: false,
  },
  { name: 'chunks of HTTP/1.0', response: `${chunked.replace('1.1', '1.0')}2\r\nok\r\n0\r\n\r\n`, keepAlive: false },
  {
    name: 'two lengths',
    response: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok',
    state: 'broken',
    start: '',
  },
  { name: 'a signed length', response: 'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok', state: 'broken', start: '' },
  { name: 'an empty length', response: 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\nok', state: 'broken', start: '' },
  { name: 'chunked twice', response: chunked.replace('chunked', 'chunked, chunked'), state: 'broken', start: '' },
  { name: 'no chunk size', response: `${chunked}\r\n`, state: 'broken', start: '' },
  { name: 'a negative chunk', response: `${chunked}-1\r\n`, state: 'broken', start: '' },
  { name: 'a chunk longer than its size', response: `${chunked}1\r\nok\r\n0\r\n\r\n`, state: 'broken', start: 'o' },
  { name: 'a chunk size ended by LF', response: `${chunked}2\nok\r\n0\r\n\r\n`, state: 'broken', start: '' },
  { name: 'an extension ended by LF', response: `${chunked}2;a\nok\r\n0\r\n\r\n`, state: 'broken', start: '' },
  {
    name: 'lines ended by LF',
    response: 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok\r\n\r\n',
    state: 'broken',
    status: 0,
  },
  {
    name: 'a space before the colon',
    response: 'HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok',
    state: 'broken',
    status: 0,
  },
  { name: 'a bare CR', response: 'HTTP/1.1 200 OK\r\nx: a\rb: c\r\n\r\nok', state: 'broken', status: 0 },
  { name: 'a NUL', response: 'HTTP/1.1 200 OK\r\nx: \0\r\n\r\nok', state: 'broken', status: 0 },
  { name: 'a line without a colon', response: 'HTTP/1.1 200 OK\r\nx\r\n\r\nok', state: 'broken', status: 0 },
  { name: 'another protocol', response: '220 smtp.example ESMTP\r\n', state: 'broken', status: 0 },
  { name: 'HTTP/2', response: 'HTTP/2 200\r\n\r\n', state: 'broken', status: 0 },
  { name: 'a status of two digits', response: 'HTTP/1.1 20\r\n\r\n', state: 'broken', status: 0 },
  { name: 'a switch of protocols', response: 'HTTP/1.1 101 Switching\r\n\r\n', state: 'broken', status: 0 },
]

for (const {
  name,
  response,
  state = 'complete',
  status = 200,
  keepAlive = state === 'complete',
  start = 'ok',
} of examples) {
  test(`${name}: ${state}${keepAlive ? '' : ', and the connection is not used again'}`, () => {
    const reading = read([response])
    const responseStart = status === 0 ? '' : start
    assert.deepEqual(reading, { state, status, retryAfter: null, keepAlive, responseStart })
  })
}

test('Retry-After is found in any case and without the blanks around it', () => {
  const { retryAfter } = read(['HTTP/1.1 503 Busy\r\nRETRY-After: \t120 \r\ncontent-length: 0\r\n\r\n'])
  assert.equal(retryAfter, '120')
})

test('a text cut in the middle of a character by the network is whole again', () => {
  const response = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n€')
  assert.equal(read([response.subarray(0, -1), response.subarray(-1)]).responseStart, '€')
})

test('headers up to the bound are read, longer ones break; interim answers count', () => {
  const bare = 'HTTP/1.1 204 No Content\r\nx: \r\n\r\n'
  const longest = bare.replace('x: ', `x: ${'x'.repeat(responseHeadBytesMax - bare.length)}`)
  assert.equal(read([longest]).state, 'complete')
  assert.equal(read([longest.replace('x:', 'xx:')]).state, 'broken')
  assert.equal(read([longest.slice(0, -4).padEnd(responseHeadBytesMax + 1, 'x')]).state, 'broken')
  assert.equal(read(['HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)]).state, 'broken')
  const many = `HTTP/1.1 204 N\r\n${'a:\r\n'.repeat(4_000)}\r\n`
  assert.equal(read([many]).state, 'complete')
})

test('of a long body the start is kept, and past the bound it breaks', () => {
  const head = (bytes: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n`
  const whole = read([head(responseBytesMax), Buffer.alloc(responseBytesMax, 'x')])
  assert.deepEqual([whole.state, whole.responseStart], ['complete', 'x'.repeat(responseStartBytesMax)])
  const longer = read([head(1e30), Buffer.alloc(responseBytesMax, 'x'), 'x'])
  assert.deepEqual([longer.state, longer.status, longer.keepAlive], ['broken', 200, false])
  const endless = read([`${chunked}ffffffffffffffffffffff\r\n`, Buffer.alloc(responseBytesMax + 1)])
  assert.equal(endless.state, 'broken')
})

test('chunks of nothing but extensions or trailers do not go on for ever', () => {
  assert.equal(read([`${chunked}1;`, 'x'.repeat(chunkFramingBytesMax)]).state, 'broken')
  assert.equal(read([`${chunked}0\r\n`, 'x:\r\n'.repeat(chunkFramingBytesMax / 4)]).state, 'broken')
})

const token = fc.stringMatching(/^[A-Za-z-]{1,20}$/)
const text = fc.stringMatching(/^[\x20-\x7e]{0,40}$/)
const otherHeader = fc.tuple(token, text).map(([name, value]) => `x-${name}: ${value}\r\n`)
const trailers = fc.array(otherHeader, { maxLength: 3 }).map((lines) => lines.join(''))
const body = fc.uint8Array({ maxLength: 5_000 }).map((octets) => Buffer.from(octets))

const lengthResponse = fc
  .record({ body, status: fc.integer({ min: 205, max: 599 }) })
  .map(({ body: octets, status }) => ({
    octets,
    status: status === 304 ? 305 : status,
    framing: `Content-Length: ${octets.length}`,
    wire: octets,
  }))

const chunkedResponse = fc
  .record({ parts: fc.array(fc.tuple(body, text), { maxLength: 6 }), trailers })
  .map(({ parts, trailers: lines }) => ({
    octets: Buffer.concat(parts.map(([octets]) => octets)),
    status: 200,
    framing: 'transfer-encoding: Chunked',
    wire: Buffer.concat([
      ...parts
        .filter(([octets]) => octets.length > 0)
        .map(([octets, extension]) =>
          Buffer.concat([Buffer.from(`${octets.length.toString(16)};${extension}\r\n`), octets, Buffer.from('\r\n')]),
        ),
      Buffer.from(`0\r\n${lines}\r\n`),
    ]),
  }))

const response = fc
  .record({
    interim: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
    message: fc.oneof(lengthResponse, chunkedResponse),
    before: fc.array(otherHeader, { maxLength: 4 }),
    retryAfter: fc.option(fc.constantFrom('30', 'Wed, 21 Oct 2026 07:28:00 GMT')),
    isLast: fc.boolean(),
  })
  .map(({ interim, message, before, retryAfter, isLast }) => {
    const lines = [...before, `${message.framing}\r\n`]
    if (retryAfter !== null) lines.push(`Retry-After: ${retryAfter}\r\n`)
    if (isLast) lines.push('Connection: close\r\n')
    const head = `${interim}HTTP/1.1 ${message.status} Something\r\n${lines.join('')}\r\n`
    const expected: Reading = {
      state: 'complete',
      status: message.status,
      retryAfter,
      keepAlive: !isLast,
      responseStart: message.octets.toString('utf8', 0, Math.min(responseStartBytesMax, message.octets.length)),
    }
    return { wire: Buffer.concat([Buffer.from(head), message.wire]), expected }
  })

function cut(wire: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (wire.length + 1)))].sort((a, b) => a - b)
  return [...cuts, wire.length]
    .map((end, i) => wire.subarray(cuts[i - 1] ?? 0, end))
    .filter((piece) => piece.length > 0)
}

test('a response means the same wherever it is cut, also on a connection that carried others', () => {
  const reader = new ResponseReader()
  fc.assert(
    fc.property(response, fc.array(fc.nat(20_000), { maxLength: 8 }), ({ wire, expected }, places) => {
      assert.deepEqual(read([wire]), expected)
      reader.reset()
      assert.ok(reader.untouched)
      assert.deepEqual(read(cut(wire, places), reader), expected)
    }),
    { numRuns: 300 },
  )
})

test('a response that comes octet by octet means the same', () => {
  fc.assert(
    fc.property(response, ({ wire, expected }) => {
      assert.deepEqual(read(cut(wire, [...wire.keys()])), expected)
    }),
    { numRuns: 30 },
  )
})

test('octets at random and damaged responses never throw, whole or cut, and mean the same both ways', () => {
  const damaged = fc
    .tuple(
      response,
      fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
    )
    .map(([{ wire }, changes]) => {
      const copy = Buffer.from(wire)
      for (const [place, octet] of changes) copy[place % Math.min(copy.length, 400)] = octet
      return copy
    })
  const random = fc
    .tuple(fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', chunked), body)
    .map(([head, octets]) => Buffer.concat([Buffer.from(head), octets]))
  fc.assert(
    fc.property(fc.oneof(damaged, random), fc.array(fc.nat(10_000), { maxLength: 5 }), (wire, places) => {
      const whole = read([wire])
      const pieces = read(cut(wire, places))
      assert.equal(pieces.status, whole.status)
      // What follows an answer is only seen when it comes along with its end.
      assert.deepEqual({ ...pieces, keepAlive: false }, { ...whole, keepAlive: false })
    }),
    { numRuns: 500 },
  )
})
