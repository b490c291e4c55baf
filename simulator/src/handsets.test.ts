import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HandsetMessage, Handsets } from './handsets.ts'

function message(text: string): HandsetMessage {
  return { from: 'a', to: 'b', text, at: '2026-03-01T12:00:00.000Z', parts: 1, encoding: 'gsm7', flash: false }
}

test('a handset keeps its latest messages, oldest first', () => {
  const handsets = new Handsets({ handsetsMax: 10, messagesPerHandsetMax: 3, messagesMax: 100 })
  for (let count = 1; count <= 8; count += 1) handsets.receive('1', message(String(count)))
  assert.deepEqual(
    handsets.messages('1').map(({ text }) => text),
    ['6', '7', '8'],
  )
})

test('the handsets that received something last are kept, long idle ones forgotten', () => {
  const handsets = new Handsets({ handsetsMax: 10, messagesPerHandsetMax: 3, messagesMax: 1000 })
  for (let number = 1; number <= 50; number += 1) {
    handsets.receive(String(number), message('hello'))
    handsets.receive('busy', message('again'))
  }
  assert.equal(handsets.messages('1').length, 0)
  assert.equal(handsets.messages('45').length, 1)
  assert.equal(handsets.messages('busy').length, 3)
  assert(handsets.list(100).length <= 20)
})

test('all handsets together hold no more than their limit, and no handset loses its latest message for it', () => {
  const handsets = new Handsets({ handsetsMax: 10, messagesPerHandsetMax: 1000, messagesMax: 40 })
  handsets.receive('quiet', message('kept'))
  for (let count = 0; count < 500; count += 1) handsets.receive(String(count % 5), message(String(count)))
  const held = handsets.list(100).reduce((sum, { messages }) => sum + messages, 0)
  assert(held <= 40, String(held))
  assert.equal(handsets.messages('quiet').length, 1)
  assert.equal(handsets.messages('4').at(-1)?.text, '499')
})
