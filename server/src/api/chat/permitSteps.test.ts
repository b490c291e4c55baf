import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../accounts/account.ts'
import { Problem } from '../../http/problem.ts'
import type { Media } from '../../media/media.ts'
import { permitSteps, type StepRules } from './permitSteps.ts'
import { readMessageRequest } from './readMessageRequest.ts'

const ACCOUNT: Account = {
  id: 'acme',
  name: 'Acme',
  apiKeys: [],
  numbers: [],
  senders: [{ kind: 'alphanumeric', value: 'Acme' }],
  limits: { requestsPerSecond: null },
  optOutReplies: { stop: '', start: '', help: '' },
}
const PICTURE: Media = {
  id: 'picture',
  origin: 'uploaded',
  contentType: 'image/png',
  size: 1,
  fileName: null,
  createdAt: 0,
  expiresAt: 1,
}
const RULES: StepRules = {
  accounts: new Map([
    ['acme', ACCOUNT],
    ['free', { ...ACCOUNT, id: 'free', senders: null }],
  ]),
  ownsNumber: (accountId, number) => accountId === 'acme' && number === '+4915112345001',
  whatsappSenders: (accountId) => new Set(accountId === 'acme' ? ['+4930901820'] : []),
  media: { read: async (accountId, id) => (accountId === 'acme' && id === PICTURE.id ? PICTURE : null) },
}

const judge = async (accountId: string, channels: readonly string[], part: object): Promise<string> => {
  const read = readMessageRequest(
    {
      to: '+4915112345678',
      channels,
      defaultContent: { contentType: 'text', text: 'Hello' },
      ...Object.fromEntries(channels.map((channel) => [channel, part])),
    },
    { checkUrl: () => null },
  )
  try {
    await permitSteps(RULES, accountId, [read])
    return 'permitted'
  } catch (error) {
    assert(error instanceof Problem)
    return `${error.status} ${error.message}`
  }
}

test('an SMS comes from a permitted sender or a number of the account', async () => {
  for (const from of ['Acme', '+4915112345001', '4915112345001']) {
    assert.equal(await judge('acme', ['sms'], { from }), 'permitted')
  }
  assert.equal(await judge('acme', ['sms'], { from: 'Other' }), '403 sms.from: Other is not assigned to this account')
  assert.equal(await judge('free', ['sms'], { from: 'Other' }), 'permitted')
})

test('WhatsApp comes from a number that the account may send from', async () => {
  assert.equal(await judge('acme', ['whatsapp'], { from: 4930901820 }), 'permitted')
  for (const [account, from] of [
    ['free', '+4930901820'],
    ['acme', '+4930901821'],
  ] as const) {
    assert.equal(
      await judge(account, ['whatsapp'], { from }),
      `403 whatsapp.from: ${from} is not assigned to this account`,
    )
  }
})

test('one step that is not permitted refuses the whole chain, and echo may come from anybody', async () => {
  assert.equal(await judge('free', ['tyntecEcho'], { from: 'whoever' }), 'permitted')
  assert.match(await judge('free', ['tyntecEcho', 'sms', 'whatsapp'], { from: '+4930901820' }), /^403 whatsapp\.from/)
})

test('media are the account’s own', async () => {
  const send = (accountId: string, mediaId: string) =>
    judge(accountId, ['tyntecEcho'], { from: 'echo', contentType: 'media', media: { type: 'image', mediaId } })
  assert.equal(await send('acme', 'picture'), 'permitted')
  const refused = '400 tyntecEcho.media.mediaId: is not the id of media of this account'
  assert.equal(await send('free', 'picture'), refused)
  assert.equal(await send('acme', 'other'), refused)
})
