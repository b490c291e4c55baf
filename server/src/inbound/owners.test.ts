import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HANDSET, OUR_NUMBER, ownerOf, US_NUMBER } from '../../test/inboundRig.ts'
import { createOwners, keepsOptOuts, readAddresses } from './owners.ts'

test('the owner of a number is found as the carrier writes it', () => {
  const { sender, recipient, owner } = readAddresses({ from: HANDSET, to: OUR_NUMBER }, ownerOf)
  assert.deepEqual([sender, recipient, owner?.accountId], [HANDSET, OUR_NUMBER, 'acme'])
})

test('a carrier that writes our number without its + writes the handset’s so, too', () => {
  const to = OUR_NUMBER.slice(1)
  const read = (from: string) => readAddresses({ from, to }, ownerOf)
  assert.deepEqual(read('4915112345678').sender, HANDSET)
  assert.deepEqual(read('4915112345678').recipient, OUR_NUMBER)
  assert.equal(read('12345').sender, '12345', 'a short code')
  assert.equal(read('Bank').sender, 'Bank')
  assert.equal(read('015112345678').sender, '015112345678', 'a national number')
})

test('what is nobody’s stays as it came', () => {
  for (const to of ['4989000000', '12345', 'Bank', '', '+4989000000']) {
    assert.deepEqual(readAddresses({ from: '4915112345678', to }, ownerOf), {
      sender: '4915112345678',
      recipient: to,
      owner: null,
    })
  }
})

test('a short code is found by its digits, also where the carrier calls it international', () => {
  const optOutReplies = { stop: '', start: '', help: '' }
  const owners = createOwners([
    { id: 'acme', optOutReplies, numbers: [{ number: '12345', inbound: null, optOut: 'on' }] },
  ])
  for (const to of ['12345', '+12345']) {
    assert.deepEqual(readAddresses({ from: HANDSET, to }, owners).recipient, '12345')
    assert.equal(readAddresses({ from: HANDSET, to }, owners).owner?.accountId, 'acme')
  }
})

test('numbers that come and go while we run have the replies of their account', () => {
  const optOutReplies = { stop: 'Bye', start: '', help: '' }
  const configured = { number: '12345', inbound: null, optOut: 'auto' } as const
  const registered = new Map([
    [OUR_NUMBER, { accountId: 'acme', target: null }],
    [US_NUMBER, { accountId: 'acme', target: null }],
    ['12345', { accountId: 'other', target: null }],
  ])
  const accounts = [{ id: 'acme', optOutReplies, numbers: [configured] }]
  const owners = createOwners(accounts, (number) => registered.get(number) ?? null)
  assert.equal(owners(US_NUMBER)?.optOut, optOutReplies)
  assert.equal(owners(OUR_NUMBER)?.optOut, null)
  assert.equal(owners('12345')?.accountId, 'acme', 'the configuration goes first')
  registered.delete(OUR_NUMBER)
  assert.equal(owners(OUR_NUMBER), null)
})

test('keywords count on long codes of the United States, and elsewhere where they are turned on', () => {
  assert.equal(keepsOptOuts(US_NUMBER, 'auto'), true)
  assert.equal(keepsOptOuts(US_NUMBER, 'off'), false)
  for (const number of [OUR_NUMBER, '+14165550100', '12345']) {
    assert.equal(keepsOptOuts(number, 'auto'), false, number)
    assert.equal(keepsOptOuts(number, 'on'), true, number)
  }
})
