import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import {
  accountUser,
  ask,
  type Json,
  listsOf,
  nextOf,
  readList,
  readPages,
  recordsOf,
} from '../../test/twilioReader.ts'
import { catalogue } from './catalogue.ts'
import { type FakeTwilio, startFakeTwilio } from './startFakeTwilio.ts'

/** Records by id and address, to compare what was read with what there is. */
const sorted = (records: Iterable<unknown>) => [...records].map((record) => JSON.stringify(record)).sort()

describe('lists of the fake Twilio', () => {
  let fake: FakeTwilio
  before(async () => {
    fake = await startFakeTwilio({
      clock: new FakeClock(),
      pageSizeLimit: 7,
      sizes: { messages: 60, alerts: 40, calls: 30, conversations: 9, recordings: 15 },
    })
  })
  after(() => fake.close())

  for (const [name, resource] of catalogue) {
    test(`paging through ${name} visits each record once`, async () => {
      const read: Json[] = []
      for (const { address, user } of await listsOf(fake, name)) {
        if ((await ask(fake, address, user)).status === 404) continue
        for (const record of await readList(fake, address, user)) {
          read.push(resource.host === 'pricing' ? (await ask(fake, String(record.url), user)).body : record)
        }
      }
      assert.ok(read.length > 0)
      assert.deepEqual(sorted(read), sorted(fake.records(name)))
    })
  }

  test('a list is newest first, and its pages know their neighbours', async () => {
    const address = `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/Messages.json`
    const pages = await readPages(fake, address)
    const times = pages.flatMap(recordsOf).map(({ date_created }) => Date.parse(String(date_created)))
    assert.deepEqual(
      times,
      times.toSorted((left, right) => right - left),
    )
    assert.equal(pages.length, Math.ceil(60 / 7))
    for (const [number, page] of pages.entries()) {
      assert.equal(page.page, number)
      assert.equal(page.start, number * 7)
      if (number === 0) assert.equal(page.previous_page_uri, null)
      else {
        const back = await ask(fake, `/api${page.previous_page_uri}`)
        assert.deepEqual(recordsOf(back.body), recordsOf(pages[number - 1] ?? {}))
      }
    }
  })

  test('messages of a conversation are oldest first unless asked otherwise', async () => {
    const [list] = (await listsOf(fake, 'conversation_messages')).slice(-1)
    assert(list !== undefined)
    const indexes = (records: Json[]) => records.map(({ index }) => index)
    const up = indexes(await readList(fake, list.address, list.user))
    const down = indexes(await readList(fake, `${list.address}?Order=desc`, list.user))
    assert.deepEqual(up, [...up.keys()])
    assert.deepEqual(down, up.toReversed())
  })

  test('a page token of another list is refused', async () => {
    const [one, other] = fake.accounts
    const page = await ask(fake, `/api/2010-04-01/Accounts/${one?.sid}/Messages.json`)
    const next = nextOf(page.body)?.replace(one?.sid ?? '', other?.sid ?? '') ?? ''
    assert.equal((await ask(fake, next)).status, 400)
    assert.equal((await ask(fake, `/api/2010-04-01/Accounts/${one?.sid}/Messages.json?Page=3`)).status, 400)
  })

  test('a record is found by itself, and by nobody else', async () => {
    const [account] = fake.accounts
    const [message] = recordsOf((await ask(fake, `/api/2010-04-01/Accounts/${account?.sid}/Messages.json`)).body)
    assert(message !== undefined)
    assert.deepEqual((await ask(fake, `/api${message.uri}`)).body, message)
    const other = await ask(fake, `/api${message.uri}`, accountUser(fake, 1))
    assert.deepEqual([other.status, other.body.code], [401, 20003])
    const unknown = await ask(fake, `/api/2010-04-01/Accounts/${account?.sid}/Messages/SM${'0'.repeat(32)}.json`)
    assert.deepEqual([unknown.status, unknown.body.code], [404, 20404])
  })
})

test('pages are no larger than the API allows, and Verify refuses to be asked for more', async () => {
  const fake = await startFakeTwilio({
    sizes: { messages: 1100, conversations: 110, users: 60, verify_services: 101, alerts: 2100 },
  })
  try {
    const [account] = fake.accounts
    const sizes = new Map<string, number>()
    for (const path of [
      `/api/2010-04-01/Accounts/${account?.sid}/Messages.json`,
      '/conversations/v1/Conversations',
      '/conversations/v1/Users',
      '/monitor/v1/Alerts',
    ]) {
      sizes.set(path.split('/').at(-1) ?? '', recordsOf((await ask(fake, `${path}?PageSize=5000`)).body).length)
      assert.equal(recordsOf((await ask(fake, path)).body).length, 50)
    }
    assert.deepEqual([...sizes.values()], [1000, 100, 50, 1000])
    assert.equal((await ask(fake, '/verify/v2/Services?PageSize=101')).status, 400)
    assert.equal(recordsOf((await ask(fake, '/verify/v2/Services?PageSize=100')).body).length, 100)
  } finally {
    await fake.close()
  }
})

test('the same seed makes the same records, another seed others', async () => {
  const startedAt = new Date('2026-03-01T12:00:00Z')
  const fakes = await Promise.all([1, 1, 2].map((seed) => startFakeTwilio({ seed, startedAt })))
  try {
    const [first, again, other] = fakes.map((fake) => sorted(fake.records('messages')))
    assert.deepEqual(first, again)
    assert.notDeepEqual(first, other)
    assert.deepEqual(fakes[0]?.accounts, fakes[1]?.accounts)
  } finally {
    for (const fake of fakes) await fake.close()
  }
})

test('records that are added come first, and move nothing that a reader is in the middle of', async () => {
  const clock = new FakeClock()
  const fake = await startFakeTwilio({ clock, sizes: { messages: 20 } })
  try {
    const address = `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/Messages.json?PageSize=8`
    const old = await readList(fake, address)
    const page = await ask(fake, address)
    clock.advance(3_600_000)
    fake.grow('messages', 5)
    const rest = await readList(fake, nextOf(page.body) ?? '')
    assert.deepEqual([...recordsOf(page.body), ...rest], old)
    const all = await readList(fake, address)
    assert.equal(all.length, 25)
    assert.deepEqual(all.slice(5), old)
    assert.equal([...fake.records('messages')].length, 20 * fake.accounts.length + 5)
  } finally {
    await fake.close()
  }
})

test('ten million messages take no memory and no time to be found', async () => {
  const fake = await startFakeTwilio({ sizes: { messages: 10_000_000 }, accounts: [{}] })
  try {
    const before = process.memoryUsage().heapUsed
    const address = `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/Messages.json`
    let page = (await ask(fake, `${address}?PageSize=1000`)).body
    for (let turn = 0; turn < 20; turn++) page = (await ask(fake, nextOf(page) ?? '')).body
    const [oldest] = recordsOf(page).slice(-1)
    assert.equal((await ask(fake, `/api${oldest?.uri}`)).status, 200)
    assert.ok(process.memoryUsage().heapUsed - before < 100_000_000)
  } finally {
    await fake.close()
  }
})
