import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCommand } from './parseCommand.ts'

test('what is wrong with a command line is said in one sentence', () => {
  for (const [line, message] of [
    ['begin', 'Unknown command "begin"'],
    ['start --prot 1', "Unknown option '--prot'"],
    ['start now', 'Unexpected "now"'],
    ['doctor --port 1', "Unknown option '--port'"],
    ['start --port', "Option '--port <value>' argument missing"],
    ['keys', 'keys needs one of: create, list, revoke'],
    ['keys drop', 'keys needs one of: create, list, revoke'],
    ['keys create', 'keys create needs --account ID'],
    ['keys create --account a --scopes fly', 'Unknown scope "fly": expected messages, numbers, otp, chat, admin'],
    ['keys revoke', 'keys revoke needs the id of a key, as keys list shows it'],
    ['keys revoke a b', 'Unexpected "b"'],
  ] as const) {
    assert.deepEqual(parse(line), { kind: 'misuse', message }, line)
  }
})

test('a right command line says what to do with which flags', () => {
  assert.deepEqual(parse('start --config f --port 0'), { kind: 'start', flags: { config: 'f', port: '0' } })
  assert.deepEqual(parse('start --data=d --host h'), { kind: 'start', flags: { data: 'd', host: 'h' } })
  assert.deepEqual(parse('migrate --data d'), { kind: 'migrate', flags: { data: 'd' } })
  assert.deepEqual(parse('keys create --account a --scopes otp,chat --name n --config f'), {
    kind: 'create key',
    flags: { config: 'f' },
    key: { accountId: 'a', scopes: ['otp', 'chat'], name: 'n' },
  })
  assert.deepEqual(parse('keys create --account a'), {
    kind: 'create key',
    flags: {},
    key: { accountId: 'a', scopes: ['messages', 'numbers', 'otp', 'chat'], name: null },
  })
  assert.deepEqual(parse('keys list'), { kind: 'list keys', flags: {}, accountId: null })
  assert.deepEqual(parse('keys revoke id --data d'), { kind: 'revoke key', flags: { data: 'd' }, keyId: 'id' })
  for (const line of ['', 'help', '-h', '--help', 'start --help', 'keys create --help']) {
    assert.deepEqual(parse(line), { kind: 'help' })
  }
  assert.deepEqual(parse('--version'), { kind: 'version' })
})

function parse(line: string) {
  const command = parseCommand(line === '' ? [] : line.split(' '))
  // parseArgs makes objects without a prototype, which deepEqual tells from others.
  return 'flags' in command ? { ...command, flags: { ...command.flags } } : command
}
