import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readInputState } from './inputState.ts'
import { ConfigError } from './source.ts'

const streamState = (name: string, state: unknown) => ({ stream_descriptor: { name }, stream_state: state })
const expected = new Map([
  ['calls', { end_time: '2024-01-01' }],
  ['messages', { date_sent: '2024-01-02' }],
])
const calls = streamState('calls', { end_time: '2024-01-01' })
const messages = streamState('messages', { date_sent: '2024-01-02' })
const map = { calls: calls.stream_state, messages: messages.stream_state }

for (const [form, json] of [
  [
    'an array of STREAM messages',
    [
      { type: 'STREAM', stream: calls, destinationStats: { recordCount: 1 } },
      { type: 'STREAM', stream: messages, data: { old: 'duplicate' } },
    ],
  ],
  ['STREAM messages that leave out their type', [{ stream: calls }, { stream: messages }]],
  [
    'messages within their envelopes',
    [
      { type: 'STATE', state: { type: 'STREAM', stream: calls } },
      { type: 'STATE', state: { stream: messages } },
    ],
  ],
  ['a GLOBAL message', [{ type: 'GLOBAL', global: { shared_state: {}, stream_states: [calls, messages] } }]],
  ['a LEGACY message in an array', [{ type: 'LEGACY', data: map }]],
  ['a LEGACY message by itself', { type: 'LEGACY', data: map }],
  ['a message of the time before types', { data: map }],
  ['a map of streams', map],
] as const) {
  test(`a state is read from ${form}`, () => assert.deepEqual(readInputState(json), expected))
}

test('an empty state is none', () => {
  for (const json of [null, [], {}, { type: 'LEGACY', data: {} }, [{ type: 'LEGACY' }]]) {
    assert.equal(readInputState(json).size, 0)
  }
})

test('a stream without a position, or with a descriptor of more properties, is read', () => {
  const stream = { stream_descriptor: { name: 'calls', namespace: null, more: 1 } }
  assert.deepEqual(readInputState([{ type: 'STREAM', stream }]), new Map([['calls', null]]))
})

test('what is no state is a config error that says where', () => {
  for (const [json, said] of [
    ['text', /The state is not an object/],
    [[null], /entry 0 is not an object/],
    [[{ type: 'STREAM', stream: {} }], /entry 0 has no "stream_descriptor"/],
    [[{ type: 'STREAM', stream: streamState('calls', 'now') }], /entry 0 \("calls"\) has a stream_state/],
    [[{ type: 'GLOBAL' }], /GLOBAL but has no array/],
    [{ calls: 3 }, /not an object for "calls"/],
  ] as const) {
    assert.throws(
      () => readInputState(json),
      (error) => error instanceof ConfigError && said.test(error.message),
    )
  }
})
