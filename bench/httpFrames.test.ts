import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HttpFrames } from './httpFrames.ts'

test('messages come out whole and in order however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), fc.array(fc.nat(200)), (bodies, cuts) => {
      const heads = bodies.map((body, index) => `POST /${index} HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}`)
      const stream = Buffer.from(heads.map((head, index) => `${head}\r\n\r\n${bodies[index]}`).join(''))
      const seen: [string, string][] = []
      const frames = new HttpFrames((head, body) => seen.push([head, body.toString()]))
      const places = [0, ...cuts.toSorted((left, right) => left - right), stream.length]
      for (const [index, place] of places.entries()) frames.push(stream.subarray(place, places[index + 1]))
      assert.deepEqual(
        seen,
        heads.map((head, index) => [head, bodies[index]]),
      )
    }),
  )
})

test('a message without a length has no body, and a chunked one is refused', () => {
  const seen: string[] = []
  const frames = new HttpFrames((head, body) => seen.push(`${head} ${body.length}`))
  frames.push(Buffer.from('GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n'))
  assert.deepEqual(seen, ['GET /a HTTP/1.1 0', 'GET /b HTTP/1.1 0'])
  assert.throws(() => frames.push(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')), /chunked/)
})

test('a head that never ends is refused', () => {
  const frames = new HttpFrames(() => {})
  assert.throws(() => frames.push(Buffer.alloc(70_000, 'x')), /more than 65536 bytes/)
})
