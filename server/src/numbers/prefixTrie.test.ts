import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPrefixTrie } from './prefixTrie.ts'

const digits = (lengths: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...'0129'), ...lengths })

test('the longest prefix is found as by trying every one', () => {
  const prefixes = fc.array(digits({ minLength: 1, maxLength: 5 }), { maxLength: 40 })
  fc.assert(
    fc.property(prefixes, digits({ minLength: 0, maxLength: 8 }), (list, number) => {
      const trie = createPrefixTrie(list.map((prefix, index) => [prefix, index]))
      const longest = list
        .filter((prefix) => number.startsWith(prefix))
        .reduce((best, prefix) => (prefix.length > best.length ? prefix : best), '')
      const expected = longest === '' ? null : list.lastIndexOf(longest)
      assert.equal(trie.find(`+${number}`, 1), expected)
    }),
  )
})

test('an empty trie finds nothing', () => {
  assert.equal(createPrefixTrie([]).find('+49', 1), null)
})
