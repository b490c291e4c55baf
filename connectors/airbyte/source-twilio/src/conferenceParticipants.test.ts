import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOf, NOW_MS, startTestTwilio } from './testTwilio.ts'

const KEY = ['account_sid', 'conference_sid', 'call_sid']

test('a conference that starts while participants are read gives them once', async () => {
  await using twilio = await startTestTwilio({ accounts: [{}], sizes: { conferences: 30, conference_participants: 3 } })
  const [one] = (await twilio.read('conference_participants')).records
  const { conference_sid: sid, account_sid } = one ?? {}
  const participants = `/2010-04-01/Accounts/${account_sid}/Conferences/${sid}/Participants.json`
  for (const status of ['init', 'in-progress']) {
    const conferences = [{ sid, account_sid, status, subresource_uris: { participants } }]
    const text = JSON.stringify({ conferences, next_page_uri: null })
    const fault = { kind: 'body', status: 200, contentType: 'application/json', text } as const
    twilio.fake.script({ address: new RegExp(`Conferences.json.*Status=${status}`), fault })
  }
  const { records, error } = await twilio.read('conference_participants')
  assert.equal(error, null)
  assert.ok(records.length > 0)
  assert.equal(keysOf(records, KEY).length, records.length)
})

test('conferences in progress are listed when all that wait have been, however much is read at once', async () => {
  const clock = {
    now: () => NOW_MS,
    after: (delayMs: number, callback: () => void) => {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  }
  const sizes = { conferences: 60, conference_participants: 2 }
  await using twilio = await startTestTwilio({ clock, accounts: [{}, {}, {}], sizes, pageSizeLimit: 4, latencyMs: 2 })
  await twilio.read('conference_participants', { config: { num_workers: 5 } })
  const asked = twilio.asked()
  for (const account of ['A0', 'A1', 'A2']) {
    const lists = asked.filter((line) => line.includes(`${account}/Conferences.json`))
    const statuses = lists.map((line) => /Status=(\S+)/.exec(line)?.[1])
    assert.ok(statuses.includes('init') && statuses.includes('in-progress'))
    assert.ok(statuses.lastIndexOf('init') < statuses.indexOf('in-progress'), statuses.join(' '))
  }
})
