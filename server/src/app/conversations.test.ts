import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../config.ts'
import { createOwners } from '../inbound/owners.ts'
import { whatsappOwner } from './conversations.ts'

const NUMBER = '+4930901820'
const OWNERS = {
  'the account with the number, where the carrier names none': { accounts: ['a', 'b'], has: 'b', owner: 'b' },
  'the account with the number, where it is not the first that the carrier names': {
    accounts: ['a', 'b'],
    has: 'b',
    named: ['a', 'b'],
    owner: 'b',
  },
  'the first that the carrier names, where that with the number may not send from it': {
    accounts: ['a', 'b', 'c'],
    has: 'a',
    named: ['c', 'b'],
    owner: 'c',
  },
  'the first that the carrier names, where no account has the number': {
    accounts: ['a', 'b'],
    named: ['b', 'a'],
    owner: 'b',
  },
  'the only account': { accounts: ['a'], owner: 'a' },
  'nobody, where there are several and nothing is said': { accounts: ['a', 'b'], owner: null },
}

for (const [who, { accounts, owner, ...said }] of Object.entries(OWNERS)) {
  test(`what people write to a WhatsApp number belongs to ${who}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'heliograph-owner-'))
    context.after(() => rm(folder, { recursive: true }))
    const has = 'has' in said ? said.has : null
    const file = join(folder, 'heliograph.yaml')
    const carrier = { ...CARRIER, ...('named' in said ? { accounts: said.named } : {}) }
    const entries = accounts.map((id) => ({ id, ...(id === has ? { numbers: [{ number: NUMBER }] } : {}) }))
    await writeFile(file, JSON.stringify({ accounts: entries, carriers: [carrier] }))
    const config = loadConfig({ flags: { config: file, data: folder }, environment: {} })
    const ownerOf = whatsappOwner(config, createOwners(config.accounts))
    assert.equal(ownerOf({ carrierId: CARRIER.id, to: NUMBER.slice(1) }), owner)
  })
}

test('a number that an account registered while we run belongs to it', () => {
  const ownerOf = whatsappOwner(
    { accounts: [], carriers: [] },
    createOwners([], (number) => (number === NUMBER ? { accountId: 'b', target: null } : null)),
  )
  assert.equal(ownerOf({ carrierId: CARRIER.id, to: NUMBER.slice(1) }), 'b')
})

const CARRIER = {
  id: 'whatsapp',
  type: 'whatsapp',
  phoneNumberId: '17',
  number: NUMBER,
  accessToken: 'token',
  appSecret: 'secret',
  verifyToken: 'verify',
}
