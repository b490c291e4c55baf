import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALLBACK_VERSIONS } from './callbackSettings.ts'
import { mergeSettings, type OpenedSettings, UNREADABLE } from './mergeSettings.ts'

const orNothing = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })
const url = orNothing(fc.webUrl())
const scope: fc.Arbitrary<OpenedSettings | null> = orNothing(
  fc.record({
    callbackVersion: orNothing(fc.constantFrom(...CALLBACK_VERSIONS)),
    inboundMessageUrl: url,
    messageStatusUrl: url,
    eventFilter: orNothing(fc.subarray(['MessageStatus::seen', 'MessageStatus::failed']).map((list) => new Set(list))),
    signature: orNothing(
      fc.oneof(
        fc.constant(UNREADABLE),
        fc.record({
          key: fc.string({ minLength: 8 }).map((text) => createSecretKey(Buffer.from(text))),
          method: fc.constantFrom('HS256' as const, 'HS512' as const),
        }),
      ),
    ),
    header: orNothing(fc.oneof(fc.constant(UNREADABLE), fc.record({ name: fc.string(), value: fc.string() }))),
  }),
)

test('each property is the one of the narrowest scope that says anything, whatever the others say', () => {
  fc.assert(
    fc.property(fc.array(scope, { maxLength: 3 }), (narrowestFirst) => {
      const merged = mergeSettings(narrowestFirst)
      // Laid over each other from the widest on.
      let expected: Record<string, unknown> = { callbackVersion: '2.12', eventFilter: new Set() }
      for (const settings of narrowestFirst.toReversed()) {
        const said = Object.entries(settings ?? {}).filter(([, value]) => value !== null)
        expected = { ...expected, ...Object.fromEntries(said) }
      }
      for (const [name, value] of Object.entries(merged)) assert.deepEqual(value, expected[name] ?? null, name)
    }),
  )
})

test('an empty filter at a number opens what the account shut', () => {
  const nothing = mergeSettings([])
  const account = { ...nothing, callbackVersion: null, eventFilter: new Set(['MessageStatus::failed']) }
  const number = { ...nothing, callbackVersion: null, eventFilter: new Set<string>() }
  assert.equal(mergeSettings([null, null, account]).eventFilter.size, 1)
  assert.equal(mergeSettings([number, null, account]).eventFilter.size, 0)
})
