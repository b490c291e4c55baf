import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { loadNodeId } from './nodeId.ts'
import { demoKeyOf, deriveKey, loadSecret, open, seal } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'heliograph-secrets-'))
after(() => rmSync(folder, { recursive: true }))

test('the secret is made once, for its owner alone, and nothing else is left in the folder', async () => {
  const dataDirectory = join(folder, 'new')
  const secret = await loadSecret({ secret: null, dataDirectory })
  assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
  assert.equal(await loadSecret({ secret: null, dataDirectory }), secret)
  assert.deepEqual(readdirSync(dataDirectory), ['secret'])
  assert.equal(statSync(join(dataDirectory, 'secret')).mode & 0o777, 0o600)
  assert.equal(statSync(dataDirectory).mode & 0o777, 0o700)
})

test('all who ask at the first start at once get the same secret', async () => {
  const dataDirectory = join(folder, 'race')
  const asked = Array.from({ length: 20 }, () => loadSecret({ secret: null, dataDirectory }))
  assert.equal(new Set(await Promise.all(asked)).size, 1)
  assert.deepEqual(readdirSync(dataDirectory), ['secret'])
})

test('the secret of the environment goes before the file, and the content of the file works there', async () => {
  const dataDirectory = join(folder, 'environment')
  const kept = await loadSecret({ secret: null, dataDirectory })
  const moved = readFileSync(join(dataDirectory, 'secret'), 'utf8').trim()
  const given = await loadSecret({ secret: moved, dataDirectory: join(folder, 'elsewhere') })
  assert.deepEqual(deriveKey(given, 'x'), deriveKey(kept, 'x'))
  assert.equal(await loadSecret({ secret: 'y'.repeat(32), dataDirectory }), 'y'.repeat(32))
})

test('a damaged secret is refused, not replaced', async () => {
  const path = join(folder, 'secret')
  writeFileSync(path, 'short')
  await assert.rejects(loadSecret({ secret: null, dataDirectory: folder }), {
    name: 'OperatorError',
    message: `${path} is damaged: restore it from a backup, what it encrypted cannot be read without it`,
  })
  assert.equal(readFileSync(path, 'utf8'), 'short')
})

test('keys differ by purpose and secret, and the demo key is always the same', async () => {
  const one = await secretOf('a')
  const other = await secretOf('b')
  assert.equal(deriveKey(one, 'x').length, 32)
  assert.deepEqual(deriveKey(one, 'x'), deriveKey(one, 'x'))
  assert.notDeepEqual(deriveKey(one, 'x'), deriveKey(one, 'y'))
  assert.notDeepEqual(deriveKey(one, 'x'), deriveKey(other, 'x'))
  assert.match(demoKeyOf(one), /^hg_demo_[0-9A-Za-z]{30}$/)
  assert.equal(demoKeyOf(one), demoKeyOf(one))
  assert.notEqual(demoKeyOf(one), demoKeyOf(other))
})

test('what is sealed opens with the same key and place only', async () => {
  const key = deriveKey(await secretOf('a'), 'x')
  const otherKey = deriveKey(await secretOf('b'), 'x')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
      const sealed = seal(key, text, place)
      assert.notEqual(seal(key, text, place), sealed)
      assert.equal(open(key, sealed, place), text)
      assert.equal(open(otherKey, sealed, place), null)
      assert.equal(open(key, sealed, `${place}.`), null)
    }),
  )
})

test('a sealed text with any one octet changed or cut off does not open', async () => {
  const key = deriveKey(await secretOf('a'), 'x')
  const sealed = seal(key, 'one time code 123456', 'otps.code.1')
  const octets = Buffer.from(sealed.slice(3), 'base64url')
  for (let index = 0; index < octets.length; index++) {
    const changed = Buffer.from(octets)
    changed.writeUInt8(octets.readUInt8(index) ^ 1, index)
    assert.equal(open(key, `v1.${changed.toString('base64url')}`, 'otps.code.1'), null)
    assert.equal(open(key, `v1.${octets.subarray(0, index).toString('base64url')}`, 'otps.code.1'), null)
  }
  for (const hostile of ['', 'v1.', `v2.${sealed.slice(3)}`, 'v1.***']) assert.equal(open(key, hostile, ''), null)
})

test('a node keeps its id over restarts unless the configuration names one', async () => {
  const dataDirectory = join(folder, 'node')
  const id = await loadNodeId({ node: { id: null }, dataDirectory })
  assert.match(id, /^node-[0-9a-f]{8}$/)
  assert.equal(await loadNodeId({ node: { id: null }, dataDirectory }), id)
  assert.notEqual(await loadNodeId({ node: { id: null }, dataDirectory: join(folder, 'node2') }), id)
  assert.equal(await loadNodeId({ node: { id: 'a' }, dataDirectory }), 'a')
})

function secretOf(letter: string) {
  return loadSecret({ secret: letter.repeat(32), dataDirectory: folder })
}
