import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonObject, parseJsonObjects } from './parseJson.ts'
import { Problem } from './problem.ts'

const refused = (detail: RegExp) => (error: unknown) =>
  error instanceof Problem && error.status === 400 && detail.test(error.message)

test('an object without repeated names is read as JSON.parse reads it, however it is spaced', () => {
  const anyObject = fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(anyObject, fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      assert.deepEqual(parseJsonObject(text), JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('a name given twice is refused wherever it stands and however it is written', () => {
  const anyName = fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__')
  const escaped = (name: string) =>
    `"${Array.from({ length: name.length }, (_, i) => `\\u${name.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
  fc.assert(
    fc.property(anyName, fc.dictionary(anyName, fc.jsonValue()), fc.boolean(), (name, others, isEscaped) => {
      const rest = Object.entries(others).map(([other, value]) => `,${JSON.stringify(other)}:${JSON.stringify(value)}`)
      const again = isEscaped ? escaped(name) : JSON.stringify(name)
      const text = `{${JSON.stringify(name)}:1${rest.join('')},${again}:2}`
      assert.throws(() => parseJsonObject(text), refused(/twice/))
    }),
  )
})

test('colons, braces and quotes inside of strings count for nothing', () => {
  for (const text of [
    '{"a":"b\\":\\"c"}',
    '{"a:b":"{\\"c\\":1}"}',
    '{"a":"\\\\","b":":"}',
    '{"a":{"b":1},"b":[{"b":1}]}',
  ]) {
    assert.deepEqual(parseJsonObject(text), JSON.parse(text))
  }
})

test('a name that would reach the prototype is refused by name', () => {
  for (const text of ['{"__proto__":{"admin":true}}', '{"\\u005f_proto__":1}']) {
    assert.throws(
      () => parseJsonObject(text),
      (error) => error instanceof Problem && error.violations[0]?.field === '__proto__',
    )
  }
  assert.equal(Reflect.get({}, 'admin'), undefined)
})

test('what is not one JSON object is refused', () => {
  for (const text of ['', ' ', '[]', '[{}]', '"text"', '1', 'null', 'true']) {
    assert.throws(() => parseJsonObject(text), refused(/JSON/), text)
  }
  for (const text of ['{', '{}{}', "{'a':1}", '{"a":01}', '{"a":NaN}', '{a:1}', '{"a":1,}', '{"a":"\n"}']) {
    assert.throws(() => parseJsonObject(text), refused(/not JSON/), text)
  }
})

test('nesting of ten thousand levels is read or refused, and breaks nothing', () => {
  const depth = 10_000
  for (const [open, close] of [['[', ']'] as const, ['{"a":', '}'] as const]) {
    const text = `{"a":${open.repeat(depth)}1${close.repeat(depth)}}`
    try {
      assert.deepEqual(Object.keys(parseJsonObject(text)), ['a'])
    } catch (error) {
      assert.ok(refused(/JSON/)(error))
    }
  }
})

test('a refusal says at most so much of what was wrong', () => {
  assert.throws(
    () => parseJsonObject(`{"a":${'x'.repeat(100_000)}}`),
    (error) => error instanceof Problem && error.message.length < 200,
  )
})

test('a list of objects is read where lists are, and each object is held to the same rules', () => {
  const anyObject = fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.array(anyObject), fc.nat(4), (list, indent) => {
      const text = JSON.stringify(list, null, indent)
      assert.deepEqual(parseJsonObjects(text), JSON.parse(text))
      assert.throws(() => parseJsonObject(text), refused(/must be a JSON object/))
    }),
    { numRuns: 200 },
  )
  assert.deepEqual(parseJsonObjects(' {"a":{"b":[1]}}'), { a: { b: [1] } })
  assert.throws(() => parseJsonObjects('[{"a":1},{"b":1,"\\u0062":2}]'), refused(/twice/))
  assert.throws(() => parseJsonObjects('[{"__proto__":1}]'), refused(/__proto__/))
  assert.throws(() => parseJsonObjects('{"a":1,"a":2}'), refused(/twice/))
  for (const text of ['[1]', '[[]]', '[[{}]]', '[null]', '[{},"a"]']) {
    assert.throws(() => parseJsonObjects(text), refused(/list of objects/), text)
  }
  for (const text of ['[', '[{}', '[{},]', '', 'null'])
    assert.throws(() => parseJsonObjects(text), refused(/body/), text)
})
