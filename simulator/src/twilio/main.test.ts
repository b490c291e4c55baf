import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { test } from 'node:test'

const program = join(import.meta.dirname, 'main.ts')

test('the program says where it is and with what to ask it', async () => {
  const child = spawn(process.execPath, [program, '--port', '0', '--messages', '3', '--accounts', '1'])
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const { url, accountSid, authToken } = JSON.parse(String(line))
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
    const response = await fetch(`${url}/api/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      headers: { authorization },
    })
    const body: unknown = await response.json()
    assert(typeof body === 'object' && body !== null && 'messages' in body && Array.isArray(body.messages))
    assert.equal(body.messages.length, 3)
  } finally {
    child.kill()
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
  }
})

test('the program names the flag that is wrong', () => {
  const { status, stderr } = spawnSync(process.execPath, [program, '--messages', 'many'], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.equal(stderr, '--messages must be a whole number, not "many"\n')
})
