import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { accountUser, ask, type Json, listsOf, readList } from '../../test/twilioReader.ts'
import { type FakeTwilio, startFakeTwilio } from './startFakeTwilio.ts'

/** The clock of these tests stands at 2026-03-01T12:00:00Z. */
const day = (offset: number) => new Date(Date.UTC(2026, 2, 1 + offset)).toISOString().slice(0, 10)
const midnight = (offset: number) => Date.UTC(2026, 2, 1 + offset)

describe('filters of the fake Twilio', () => {
  let fake: FakeTwilio
  before(async () => {
    const sizes = { messages: 2000, calls: 600, conferences: 300, recordings: 300, alerts: 400, conversations: 60 }
    fake = await startFakeTwilio({ clock: new FakeClock(), accounts: [{}, {}], sizes })
  })
  after(() => fake.close())

  const api = (list: string) => `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/${list}.json?PageSize=1000`
  const ofMain = (name: string): Json[] => {
    const records: Json[] = JSON.parse(JSON.stringify([...fake.records(name)]))
    return records.filter((record) => record.account_sid === fake.accounts[0]?.sid)
  }
  const sids = (records: Json[]) => records.map(({ sid }) => sid)

  /** Holds a list with parameters to the records whose time is from the first to before the last millisecond. */
  async function assertWindow(address: string, of: { name: string; time: string; from: number; end: number }) {
    const expected = ofMain(of.name).filter((record) => {
      const at = record[of.time] === null ? Number.NaN : Date.parse(String(record[of.time]))
      return at >= of.from && at < of.end
    })
    assert.ok(expected.length > 0, `${of.name} has records in the window`)
    assert.deepEqual(sids(await readList(fake, address)), sids(expected), address)
  }

  test('DateSent takes in both its days, and both its seconds', async () => {
    const messages = { name: 'messages', time: 'date_sent' }
    await assertWindow(`${api('Messages')}&DateSent>=${day(-9)}&DateSent<=${day(-3)}`, {
      ...messages,
      from: midnight(-9),
      end: midnight(-2),
    })
    await assertWindow(`${api('Messages')}&DateSent=${day(-5)}`, { ...messages, from: midnight(-5), end: midnight(-4) })
    const [one, , , other] = ofMain('messages').filter(({ date_sent }) => date_sent !== null)
    const until = Date.parse(String(one?.date_sent))
    const from = Date.parse(String(other?.date_sent))
    const second = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('.000', '')
    for (const format of [second, (at: number) => second(at).replace(' ', 'T')]) {
      await assertWindow(`${api('Messages')}&DateSent>=${format(from)}&DateSent<=${format(until)}`, {
        ...messages,
        from,
        end: until + 1000,
      })
    }
  })

  test('a message without a date is in no window of DateSent, but in the list', async () => {
    const all = await readList(fake, api('Messages'))
    const dated = await readList(fake, `${api('Messages')}&DateSent>=${day(-300)}`)
    assert.equal(all.length, 2000)
    assert.ok(all.some(({ date_sent }) => date_sent === null))
    assert.equal(dated.length, all.filter(({ date_sent }) => date_sent !== null).length)
  })

  test('EndTime leaves out the day that it ends before, and calls that go on', async () => {
    await assertWindow(`${api('Calls')}&EndTime>=${day(-9)}&EndTime<=${day(-3)}`, {
      name: 'calls',
      time: 'end_time',
      from: midnight(-9),
      end: midnight(-3),
    })
    const running = await readList(fake, `${api('Calls')}&Status=in-progress`)
    assert.ok(running.length > 0)
    assert.ok(running.every(({ end_time }) => end_time === null))
  })

  test('DateCreated of conferences ends with the midnight that begins its last day', async () => {
    await assertWindow(`${api('Conferences')}&DateCreated>=${day(-9)}&DateCreated<=${day(-3)}`, {
      name: 'conferences',
      time: 'date_created',
      from: midnight(-9),
      end: midnight(-3) + 1000,
    })
    const states = ['init', 'in-progress', 'completed']
    const lists = await Promise.all(states.map((state) => readList(fake, `${api('Conferences')}&Status=${state}`)))
    assert.deepEqual(
      lists.map((list) => new Set(list.map(({ status }) => status))),
      states.map((state) => new Set([state])),
    )
    assert.equal(lists.flat().length, 300)
  })

  test('DateCreated of recordings takes in its last day', async () => {
    await assertWindow(`${api('Recordings')}&DateCreated>=${day(-9)}&DateCreated<=${day(-3)}`, {
      name: 'recordings',
      time: 'date_created',
      from: midnight(-9),
      end: midnight(-2),
    })
  })

  test('alerts are filtered by StartDate and EndDate, and gone after 30 days', async () => {
    await assertWindow(`/monitor/v1/Alerts?StartDate=${day(-9)}&EndDate=${day(-3)}T00:00:00Z`, {
      name: 'alerts',
      time: 'date_generated',
      from: midnight(-9),
      end: midnight(-3) + 1000,
    })
    const all = await readList(fake, '/monitor/v1/Alerts?PageSize=1000')
    assert.equal(all.length, 200)
    const oldest = Date.parse(String(all.at(-1)?.date_generated))
    assert.ok(oldest >= midnight(-30) + 43_200_000)
    assert.deepEqual(await readList(fake, `/monitor/v1/Alerts?EndDate=${day(-31)}`), [])
  })

  test('conversations and executions are filtered by their dates', async () => {
    await assertWindow(`/conversations/v1/Conversations?StartDate=${day(-20)}&EndDate=${day(-3)}`, {
      name: 'conversations',
      time: 'date_created',
      from: midnight(-20),
      end: midnight(-2),
    })
    const list = (await listsOf(fake, 'executions')).at(-1)
    assert(list !== undefined)
    const all = await readList(fake, list.address, list.user)
    const to = String(all[0]?.date_created)
    const before = await readList(fake, `${list.address}?DateCreatedTo=${to}`, list.user)
    assert.deepEqual(sids(before), sids(all.filter(({ date_created }) => String(date_created) < to)))
  })

  test('usage is by days, and of the main account with its subaccounts', async () => {
    const window = `StartDate=${day(-6)}&EndDate=${day(-2)}&Category=sms`
    const usage = async (query: string, account = 0) => {
      const sid = fake.accounts[account]?.sid
      return readList(fake, `/api/2010-04-01/Accounts/${sid}/Usage/Records${query}`)
    }
    const daily = await usage(`/Daily.json?${window}`)
    assert.deepEqual(
      daily.map(({ start_date, end_date }) => [start_date, end_date]),
      [-2, -3, -4, -5, -6].map((offset) => [day(offset), day(offset)]),
    )
    const sum = (records: Json[]) => records.reduce((total, { count }) => total + Number(count), 0)
    const [total] = await usage(`.json?${window}`)
    assert.equal(sum(daily), Number(total?.count))
    const own = await usage(`/Daily.json?${window}&IncludeSubaccounts=false`)
    assert.equal(sum(daily), sum(own) + sum(await usage(`/Daily.json?${window}`, 1)))
    assert.equal((await usage('/Daily.json?StartDate=-1day&Category=mms')).length, 2)
  })

  test('usage of days before the account was made is not found', async () => {
    const { status, body } = await ask(
      fake,
      `/api/2010-04-01/Accounts/${fake.accounts[1]?.sid}/Usage/Records/Daily.json?EndDate=${day(-40)}`,
    )
    assert.deepEqual([status, body.code], [404, 20404])
  })

  test('messages are not searched for further back than 400 days', async () => {
    const { status, body } = await ask(fake, `${api('Messages')}&DateSent>=${day(-401)}`)
    assert.deepEqual([status, body.code], [400, 20004])
    assert.equal((await ask(fake, `${api('Messages')}&DateSent>=${day(-399)}`)).status, 200)
  })

  test('an account may keep its messages for less time than others', async () => {
    const messageRetentionDays = 7
    const short = await startFakeTwilio({ clock: new FakeClock(), accounts: [{}, { messageRetentionDays }] })
    try {
      const [longList, shortList] = short.accounts.map(
        ({ sid }) => `/api/2010-04-01/Accounts/${sid}/Messages.json?PageSize=1000`,
      )
      const { status, body } = await ask(short, `${shortList}&DateSent>=${day(-8)}`)
      assert.deepEqual([status, body.code], [400, 20004])
      assert.match(String(body.message), /retention window of 7 days/)
      assert.equal((await ask(short, `${longList}&DateSent>=${day(-8)}`)).status, 200)
      const shown = await readList(short, `${shortList}&DateSent>=${day(-6)}`)
      const all = await readList(short, shortList ?? '')
      assert.ok(shown.length > 0 && shown.length < all.length)
      assert.ok(all.every(({ date_created }) => Date.parse(String(date_created)) >= midnight(-7)))
    } finally {
      await short.close()
    }
  })

  test('what is not a date is refused', async () => {
    for (const text of ['yesterday', '2026-02-30', '2026-13-01', '01/02/2026']) {
      assert.equal((await ask(fake, `${api('Messages')}&DateSent>=${text}`)).status, 400, text)
    }
  })

  test('equal filters compare properties', async () => {
    const [message] = await readList(fake, api('Messages'))
    const found = await readList(fake, `${api('Messages')}&To=${encodeURIComponent(String(message?.to))}`)
    assert.ok(found.length > 0 && found.every(({ to }) => to === message?.to))
    assert.deepEqual(await readList(fake, '/api/2010-04-01/Accounts.json?Status=closed'), [])
  })

  test('countries without numbers of a kind answer 404', async () => {
    const numbers = (end: string) =>
      `/api/2010-04-01/Accounts/${fake.accounts[0]?.sid}/AvailablePhoneNumbers/${end}.json`
    assert.equal((await ask(fake, numbers('BE/Local'))).body.code, 20404)
    assert.equal((await ask(fake, numbers('AR/Mobile'))).status, 404)
    assert.equal((await ask(fake, numbers('US/Local'), accountUser(fake))).status, 200)
  })
})

test('no page of alerts goes past ten thousand', async () => {
  const fake = await startFakeTwilio({ accounts: [{}], sizes: { alerts: 25_000 } })
  try {
    const pages = ['/monitor/v1/Alerts?PageSize=1000']
    let status = 200
    let body: Json = {}
    while (status === 200) {
      ;({ status, body } = await ask(fake, pages.at(-1) ?? ''))
      const { meta } = body
      if (typeof meta === 'object' && meta !== null && 'next_page_url' in meta) pages.push(String(meta.next_page_url))
    }
    assert.equal(pages.length, 11)
    assert.deepEqual(
      [status, body.message],
      [400, 'Invalid page and pageSize combination, data is limited to 10,000 results'],
    )
  } finally {
    await fake.close()
  }
})
