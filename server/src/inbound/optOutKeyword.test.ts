import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readKeyword } from './optOutKeyword.ts'

test('each keyword counts in any case, with spaces and punctuation around it', () => {
  const asks = {
    stop: ['STOP', 'stopall', 'Unsubscribe', 'CANCEL', 'end', 'Quit'],
    start: ['START', 'unstop', 'Yes'],
    help: ['HELP', 'info'],
  }
  for (const [wanted, words] of Object.entries(asks)) {
    for (const word of words) {
      for (const text of [word, ` ${word}\r\n`, `${word}.`, `"${word}!"`]) {
        assert.deepEqual(readKeyword(text), { word: word.toUpperCase(), asks: wanted }, text)
      }
    }
  }
})

test('a keyword inside a sentence, a longer word or a long text is none', () => {
  for (const text of ['', '.', 'please stop', 'stop it', 'STOPP', 'Yesterday', `stop${' '.repeat(40)}`, 'toString']) {
    assert.equal(readKeyword(text), null, text)
  }
})

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readKeyword(text)))
})
