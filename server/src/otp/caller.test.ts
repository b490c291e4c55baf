import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberOfCaller, parseCaller } from './caller.ts'

const kept = (input: string) => {
  const caller = parseCaller(input)
  return [caller, numberOfCaller(caller)]
}

test('a number is shown by calls, however it is written', () => {
  for (const input of ['+4930123456', '4930123456', '004930123456', ' 4930123456']) {
    assert.deepEqual(kept(input), ['+4930123456', '+4930123456'])
  }
  assert.deepEqual(kept('49231555'), ['+49231555', '+49231555'])
})

test('what is a sender but no number is kept as it is, and no call shows it', () => {
  for (const input of ['VERIFY', '12345', '+1 Inc']) assert.deepEqual(kept(input), [input, null])
})

test('what is no sender is no caller', () => {
  for (const input of ['', ' ', 'TwelveLetter', '12', '漢字', 'a\nb', '015112345678', '\0']) {
    assert.deepEqual(kept(input), [null, null], input)
  }
})
