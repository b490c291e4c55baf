import type { Collection } from '../collection.ts'
import { isoDay, isoSecond, parseMoment, relativeDay, startOfDay } from '../dates.ts'
import { mix } from '../hash.ts'
import { objectWriter, pick, rfc2822Dates, snakeCase, uriOf } from '../made.ts'
import type { DateFilter, Resource } from '../resource.ts'
import { dailyTimeline } from '../timeline.ts'
import { notFound, type TwilioError } from '../twilioError.ts'
import type { Account } from '../world.ts'

const daySeconds = 86_400

const categories = [
  { category: 'sms', count_unit: 'messages', usage_unit: 'segments', milliPrice: 8 },
  { category: 'sms-outbound', count_unit: 'messages', usage_unit: 'segments', milliPrice: 8 },
  { category: 'sms-inbound', count_unit: 'messages', usage_unit: 'segments', milliPrice: 7 },
  { category: 'mms', count_unit: 'messages', usage_unit: 'messages', milliPrice: 20 },
  { category: 'calls', count_unit: 'calls', usage_unit: 'minutes', milliPrice: 13 },
  { category: 'phonenumbers', count_unit: 'numbers', usage_unit: 'numbers', milliPrice: 1150 },
  { category: 'totalprice', count_unit: '', usage_unit: 'usd', milliPrice: 1 },
] as const

/** Days are days in UTC, the first and the last one included. */
const onDays: DateFilter = {
  from: 'StartDate',
  until: 'EndDate',
  untilRule: 'day',
  second: (collection, index) => collection.timeline.second(index),
  spreadSeconds: 0,
}

/** One record for each day and category since the account was made. */
export const usageRecords: Resource = {
  name: 'usage_records',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Usage/Records/Daily.json',
  key: 'usage_records',
  pageSizeMax: 1000,
  sidPrefix: 'UR',
  timeline: ({ world, account }) =>
    dailyTimeline({
      firstDaySecond: startOfDay(account.createdAtSecond),
      days: 1 + (startOfDay(world.clock.now() / 1000) - startOfDay(account.createdAtSecond)) / daySeconds,
      perDay: categories.length,
    }),
  dates: [onDays],
  equals: { Category: 'category' },
  refuse: refuseWithoutUsage,
  writer: (collection, query) => {
    const counted = accountsCounted(collection, query)
    return objectWriter((index) => {
      const second = collection.timeline.second(index)
      return usageRecord(collection, { counted, category: index % categories.length, first: second, last: second })
    })
  },
}

/** One record for each category, over all days that were asked for. */
export const usageTotals: Resource = {
  name: 'usage_totals',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Usage/Records.json',
  key: 'usage_records',
  pageSizeMax: 1000,
  sidPrefix: 'UR',
  timeline: ({ account }) => ({ count: categories.length, second: () => account.createdAtSecond }),
  equals: { Category: 'category' },
  refuse: refuseWithoutUsage,
  writer: (collection, query) => {
    const counted = accountsCounted(collection, query)
    const now = collection.world.clock.now() / 1000
    const first = dayAsked(query.get('StartDate'), now) ?? startOfDay(collection.account.createdAtSecond)
    const last = dayAsked(query.get('EndDate'), now) ?? startOfDay(now)
    return objectWriter((index) => usageRecord(collection, { counted, category: index, first, last }))
  },
}

/** Twilio knows of no usage where the account was made after the days that are asked for. */
function refuseWithoutUsage(collection: Collection, query: URLSearchParams): TwilioError | null {
  const last = dayAsked(query.get('EndDate'), collection.world.clock.now() / 1000)
  return last !== null && last < startOfDay(collection.account.createdAtSecond) ? notFound(collection.path) : null
}

/** The first second of the day that the parameter says. */
function dayAsked(text: string | null, nowSecond: number): number | null {
  if (text === null) return null
  return (parseMoment(text) ?? relativeDay(text, nowSecond))?.second ?? null
}

/** The main account's usage has that of its subaccounts in it unless that is declined. */
function accountsCounted({ world, account }: Collection, query: URLSearchParams): readonly Account[] {
  return account.index === 0 && query.get('IncludeSubaccounts') !== 'false' ? world.accounts : [account]
}

interface UsageAsked {
  readonly counted: readonly Account[]
  readonly category: number
  /** Epoch seconds of the first and the last day's midnight. */
  readonly first: number
  readonly last: number
}

function usageRecord(collection: Collection, asked: UsageAsked): object {
  const { category, count_unit, usage_unit, milliPrice } = categories[asked.category] ?? categories[0]
  const { account, world } = collection
  const total = totalOf(collection, asked)
  const uri = `/2010-04-01/Accounts/${account.sid}/Usage/Records`
  const end = `Category=${category}&StartDate=${isoDay(asked.first)}&EndDate=${isoDay(asked.last)}`
  const lists = ['AllTime', 'Daily', 'LastMonth', 'Monthly', 'ThisMonth', 'Today', 'Yearly', 'Yesterday']
  const subresources = lists.map((list) => [snakeCase(list), `${uri}/${list}.json?Category=${category}`])
  return {
    account_sid: account.sid,
    api_version: '2010-04-01',
    as_of: isoSecond(world.startedAtSecond).replace('Z', '+00:00'),
    category,
    count: String(total),
    count_unit,
    description: `Usage of ${category}`,
    end_date: isoDay(asked.last),
    price: (total * milliPrice) / 1000,
    price_unit: 'usd',
    start_date: isoDay(asked.first),
    subresource_uris: Object.fromEntries(subresources),
    uri: `${uri}${collection.resource === usageRecords ? '/Daily' : ''}.json?${end}`,
    usage: String(total),
    usage_unit,
  }
}

function totalOf({ world }: Collection, { counted, category, first, last }: UsageAsked): number {
  let total = 0
  const today = startOfDay(world.clock.now() / 1000)
  for (const account of counted) {
    const from = Math.max(first, startOfDay(account.createdAtSecond))
    for (let day = from; day <= Math.min(last, today); day += daySeconds) {
      total += mix(world.seed ^ Math.imul(day / daySeconds, 31 + category) ^ Math.imul(account.index, 7919)) % 1000
    }
  }
  return total
}

export const usageTriggers: Resource = {
  name: 'usage_triggers',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Usage/Triggers.json',
  key: 'usage_triggers',
  pageSizeMax: 1000,
  sidPrefix: 'UT',
  equals: { Recurring: 'recurring', TriggerBy: 'trigger_by', UsageCategory: 'usage_category' },
  writer: (collection) =>
    objectWriter((index) => {
      const category = pick(['sms', 'calls', 'mms'], collection.hash(index))
      const { account } = collection
      return {
        account_sid: account.sid,
        api_version: '2010-04-01',
        callback_method: 'POST',
        callback_url: 'https://app.example/usage',
        current_value: String(collection.hash(index) % 500),
        ...rfc2822Dates(collection, index),
        date_fired: null,
        friendly_name: `Trigger ${index + 1}`,
        recurring: pick(['daily', 'monthly'], collection.hash(index) >>> 4),
        sid: collection.id(index),
        trigger_by: 'usage',
        trigger_value: '1000',
        uri: uriOf(collection, index),
        usage_category: category,
        usage_record_uri: `/2010-04-01/Accounts/${account.sid}/Usage/Records.json?Category=${category}`,
      }
    }),
}
