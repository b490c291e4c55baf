import { asciiJson } from '../asciiJson.ts'
import type { Collection } from '../collection.ts'
import { parseMoment, rfc2822Writer } from '../dates.ts'
import { laterSecond, objectWriter, pick, rfc2822Dates, uriOf } from '../made.ts'
import type { RecordWriter, Resource } from '../resource.ts'
import { evenTimeline } from '../timeline.ts'
import { TwilioError } from '../twilioError.ts'

const retentionDays = 400
/** `date_sent` is up to so many seconds after `date_created`. */
const sendingSeconds = 4

export const messages: Resource = {
  name: 'messages',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages.json',
  key: 'messages',
  pageSizeMax: 1000,
  sidPrefix: (collection, index) => (mediaOf(collection.hash(index)) === 0 ? 'SM' : 'MM'),
  retentionDays,
  dates: [
    {
      exact: 'DateSent',
      from: 'DateSent>',
      until: 'DateSent<',
      untilRule: 'day',
      second: (collection, index) => {
        const hash = collection.hash(index)
        return isSent(hash) ? sentSecond(collection, index, hash) : null
      },
      spreadSeconds: sendingSeconds,
    },
  ],
  equals: { To: 'to', From: 'from' },
  refuse: ({ world }, query) => {
    const oldest = world.clock.now() / 1000 - retentionDays * 86_400
    const asked = ['DateSent', 'DateSent>', 'DateSent<'].map((name) => parseMoment(query.get(name) ?? ''))
    if (!asked.some((moment) => moment !== null && moment.second < oldest)) return null
    return new TwilioError(400, 20004, `The date is outside of the retention window of ${retentionDays} days.`)
  },
  writer: writeMessages,
}

/** Written piece by piece: there may be millions, and the reader is to be the slower one. */
function writeMessages(collection: Collection): RecordWriter {
  const { account, world, timeline } = collection
  const path = collection.path.slice(0, -'.json'.length)
  const settledSecond = world.clock.now() / 1000 - world.pricedAfterSeconds
  const kinds = messageKinds.map(({ text, price, ...fields }) => ({
    head: asciiJson(fields).slice(0, -1),
    body: `,"body":${asciiJson(text).slice(0, -1)}`,
    price: price === null ? 'null' : `"${price}"`,
  }))
  const kindOf = (hash: number) => kinds[kindIndex(hash)] ?? { head: '{', body: '', price: 'null' }
  const tail = `,"api_version":"2010-04-01","price_unit":"USD","account_sid":"${account.sid}","uri":"${path}/`
  const created = rfc2822Writer()
  const sent = rfc2822Writer()
  const updated = rfc2822Writer()
  return (index) => {
    const hash = collection.hash(index)
    const kind = kindOf(hash)
    const second = timeline.second(index)
    const sid = collection.id(index)
    const dateSent = isSent(hash) ? `"${sent(sentSecond(collection, index, hash))}"` : 'null'
    const price = isSent(hash) && second <= settledSecond ? kind.price : 'null'
    return (
      `${kind.head}${kind.body}${index}","num_media":"${mediaOf(hash)}","to":"+1212555${1000 + (hash % 9000)}"` +
      `,"sid":"${sid}","date_created":"${created(second)}","date_sent":${dateSent}` +
      `,"date_updated":"${updated(laterSecond(collection, second, hash % 30))}","price":${price}${tail}${sid}.json"` +
      `,"subresource_uris":{"media":"${path}/${sid}/Media.json","feedback":"${path}/${sid}/Feedback.json"}}`
    )
  }
}

/** One in 64 was never sent and has no `date_sent`. */
function isSent(hash: number): boolean {
  return (hash & 63) !== 0
}

function sentSecond(collection: Collection, index: number, hash: number): number {
  return laterSecond(collection, collection.timeline.second(index), hash % (sendingSeconds + 1))
}

/** Two in 32 have pictures. */
function mediaOf(hash: number): number {
  return Math.max(0, ((hash >>> 8) & 31) - 29)
}

function kindIndex(hash: number): number {
  return isSent(hash) ? 1 + ((hash >>> 16) & 7) : 0
}

interface MessageKind {
  readonly from: string
  readonly direction: string
  readonly status: string
  readonly num_segments: string
  readonly error_code: number | null
  readonly error_message: string | null
  readonly messaging_service_sid: string | null
  readonly price: string | null
}

const outbound: MessageKind = {
  from: '+14155550100',
  direction: 'outbound-api',
  status: 'delivered',
  num_segments: '1',
  error_code: null,
  error_message: null,
  messaging_service_sid: null,
  price: '-0.00790',
}

/** The first is for messages that were never sent. */
const messageKinds = [
  { ...outbound, status: 'queued', price: null, text: 'Still waiting ' },
  { ...outbound, text: 'Your order is on its way ' },
  { ...outbound, text: 'Your code is ' },
  { ...outbound, status: 'sent', text: 'See you tomorrow at ten 👋 ', num_segments: '2' },
  { ...outbound, direction: 'inbound', status: 'received', price: '-0.00750', text: 'Grüße, "yes" please ' },
  { ...outbound, direction: 'outbound-reply', text: 'Thanks!\nWe will call you ' },
  {
    ...outbound,
    status: 'undelivered',
    error_code: 30005,
    error_message: 'Unknown destination handset',
    text: 'Nobody there ',
  },
  { ...outbound, messaging_service_sid: 'MG0123456789abcdef0123456789abcdef', text: 'From a service ' },
  { ...outbound, status: 'failed', error_code: 30007, error_message: 'Message filtered', price: null, text: 'Spam ' },
]

/** As many as the message's `num_media` says. */
export const messageMedia: Resource = {
  name: 'message_media',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages/{messages}/Media.json',
  key: 'media_list',
  pageSizeMax: 1000,
  sidPrefix: 'ME',
  timeline: ({ parents }) => {
    const message = parents[0]
    if (message === undefined) return evenTimeline({ startSecond: 0, spanSeconds: 0, count: 0 })
    const { collection, index } = message
    const count = mediaOf(collection.hash(index))
    return evenTimeline({ startSecond: collection.timeline.second(index), spanSeconds: 2, count })
  },
  dates: [
    {
      exact: 'DateCreated',
      from: 'DateCreated>',
      until: 'DateCreated<',
      untilRule: 'midnight',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  writer: (collection) => {
    const dates = rfc2822Dates()
    return objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      parent_sid: collection.parents[0]?.id ?? null,
      content_type: pick(['image/jpeg', 'image/png', 'video/mp4'], collection.hash(index)),
      ...dates(collection, index),
      uri: uriOf(collection, index),
    }))
  },
}
