import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSegment } from '@heliograph/text/encodeSegment'
import { isGsm7 } from '@heliograph/text/gsm0338'
import { segmentText } from '@heliograph/text/segmentText'
import fc from 'fast-check'
import { joinParts, type PartData } from './joinParts.ts'

test('a text is put together as it was written, in either alphabet', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 1_000 }).filter((value) => !value.includes('\0'))
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ minLength: 1, maxLength: 2_000 })), (written) => {
      const parts = partsOf(written)
      assert.equal(joinParts(parts, parts.length).body, written)
    }),
  )
})

test('a character cut in two by the sender is whole again', () => {
  const emoji = Buffer.from('😀', 'utf16le').swap16().toString('hex')
  const halves = [part(1, emoji.slice(0, 4), 8), part(2, emoji.slice(4), 8)]
  assert.equal(joinParts(halves, 2).body, '😀')
  const euro = [part(1, '1b'), part(2, '65')]
  assert.equal(joinParts(euro, 2).body, '€')
})

test('each gap has one mark, wherever it is and however many parts it lacks', () => {
  const parts = [1, 2, 3, 4, 5].map((number) => part(number, Buffer.from(String(number)).toString('hex')))
  const without = (...missing: number[]) =>
    joinParts(
      parts.filter(({ number }) => !missing.includes(number)),
      5,
    )
  assert.deepEqual(without(), { body: '12345', bodyIsHex: false, missing: 0 })
  assert.deepEqual(without(1), { body: '<...>2345', bodyIsHex: false, missing: 1 })
  assert.deepEqual(without(5), { body: '1234<...>', bodyIsHex: false, missing: 1 })
  assert.deepEqual(without(2, 3), { body: '1<...>45', bodyIsHex: false, missing: 2 })
  assert.deepEqual(without(1, 3, 5), { body: '<...>2<...>4<...>', bodyIsHex: false, missing: 3 })
})

test('half a character at a gap harms nothing but itself', () => {
  const emoji = Buffer.from('a😀', 'utf16le').swap16().toString('hex')
  assert.equal(joinParts([part(1, emoji.slice(0, 8), 8)], 2).body, 'a\ufffd<...>')
})

test('parts in different codings are each read in their own', () => {
  const parts = [part(1, '00'), part(2, '00e9', 8), part(3, 'e9', 3)]
  assert.equal(joinParts(parts, 3).body, '@éé')
})

test('a binary message is hex, and one binary part makes all of it hex', () => {
  assert.deepEqual(joinParts([part(1, 'cafe', 4), part(2, 'beef', 4)], 2), {
    body: 'cafebeef',
    bodyIsHex: true,
    missing: 0,
  })
  assert.deepEqual(joinParts([part(1, '41'), part(3, 'beef', 4)], 3), {
    body: '41<...>beef',
    bodyIsHex: true,
    missing: 1,
  })
})

test('NUL and lone surrogates never get into a text', () => {
  assert.equal(joinParts([part(1, '0000d8000041', 8)], 1).body, '\ufffd\ufffdA')
})

function part(number: number, payload: string, dataCoding = 0): PartData {
  return { number, dataCoding, payload }
}

function partsOf(text: string): PartData[] {
  return segmentText(text, isGsm7(text) ? 'gsm7' : 'ucs2').map((segment) => {
    const { userData, dataCoding } = encodeSegment(segment, 1)
    return part(segment.number, userData.toString('hex'), dataCoding)
  })
}
