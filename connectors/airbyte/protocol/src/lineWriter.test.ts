import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineWriter, OutputLost } from './lineWriter.ts'

/** A sink whose writes end when the test says so. */
function heldSink() {
  const written: string[] = []
  const held: (() => void)[] = []
  return {
    written,
    held,
    write(bytes: Uint8Array) {
      written.push(Buffer.from(bytes).toString())
      return new Promise<void>((resolve) => held.push(resolve))
    },
  }
}

const piece = `${'x'.repeat(300_000)}\n`

test('a full writer gives room only when the piece before it has been taken', async () => {
  const sink = heldSink()
  const writer = new LineWriter(sink)
  assert.equal(writer.push(piece), true, 'the first piece is on its way, the next may be gathered')
  assert.equal(writer.push(piece), false)
  let hasRoom = false
  const room = writer.room().then(() => {
    hasRoom = true
  })
  await new Promise(setImmediate)
  assert.equal(hasRoom, false)
  assert.equal(sink.written.length, 1, 'one write at a time')
  sink.held[0]?.()
  await new Promise(setImmediate)
  sink.held[1]?.()
  await room
  assert.equal(sink.written.join(''), piece + piece)
})

test('small lines go out without being asked, together', async () => {
  const sink = heldSink()
  const writer = new LineWriter(sink)
  writer.push('a\n')
  writer.push('b\n')
  await new Promise(setImmediate)
  assert.deepEqual(sink.written, ['a\nb\n'])
})

const push = fc.record({ size: fc.integer({ min: 0, max: 400_000 }), isBytes: fc.boolean() })

test('what is written is what was pushed, in order, whatever the sizes, as text or as bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(push, { maxLength: 12 }), async (pushes) => {
      const written: string[] = []
      const writer = new LineWriter({
        async write(bytes) {
          await new Promise(setImmediate)
          written.push(Buffer.from(bytes).toString())
        },
      })
      const lines = pushes.map(({ size }, index) => `${index}${'y'.repeat(size)}\n`)
      for (const [index, line] of lines.entries()) {
        const hasRoom = pushes[index]?.isBytes ? writer.pushBytes(Buffer.from(line)) : writer.push(line)
        if (!hasRoom) await writer.room()
      }
      await writer.flush()
      assert.ok(written.join('') === lines.join(''))
    }),
    { numRuns: 20 },
  )
})

test('a reader that has gone is told to whoever asks for room, and stops the writing', async () => {
  let writes = 0
  const writer = new LineWriter({
    async write() {
      writes++
      throw new Error('EPIPE')
    },
  })
  writer.push(piece)
  writer.push(piece)
  await assert.rejects(writer.room(), OutputLost)
  assert.equal(writer.push(piece), false)
  await assert.rejects(writer.flush(), OutputLost)
  assert.equal(writes, 1)
})
