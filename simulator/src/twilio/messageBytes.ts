import assert from 'node:assert/strict'
import { asciiJson } from './asciiJson.ts'
import type { Collection } from './collection.ts'
import { rfc2822 } from './dates.ts'
import { laterSecond } from './made.ts'
import type { BytesWriter } from './resource.ts'

/** `date_sent` is up to so many seconds after `date_created`. */
export const sendingSeconds = 4

/** How many pictures a message has, by its hash: two in 32 have any. */
export function mediaCount(hash: number): number {
  return Math.max(0, ((hash >>> 8) & 31) - 29)
}

/** Epoch seconds; null for the one in 64 that was never sent. */
export function sentSecond(collection: Collection, index: number): number | null {
  const hash = collection.hash(index)
  return isSent(hash) ? laterSecond(collection, collection.timeline.second(index), hash % (sendingSeconds + 1)) : null
}

/**
 * Writes messages as bytes. Each is a copy of one of a few templates, in which digits and dates are then set: with
 * strings it took ten times as long, which the reader under test would have had to wait for.
 */
export function messageBytes(collection: Collection): BytesWriter {
  const { world, timeline, sids } = collection
  const settledSecond = world.clock.now() / 1000 - world.pricedAfterSeconds
  const templates: (Template | undefined)[] = []
  const created = dateBytes()
  const sent = dateBytes()
  const updated = dateBytes()
  return {
    recordBytesMax,
    write: (index, into, offset) => {
      const hash = collection.hash(index)
      const second = timeline.second(index)
      const template = templateOf(hash, second)
      template.bytes.copy(into, offset)
      const { places } = template
      setDecimal(into, offset + places.text, index, 9)
      setDecimal(into, offset + places.to, 1000 + (hash % 9000), 4)
      const scrambled = sids.scramble(index)
      const check = sids.check(scrambled)
      for (const place of places.sids) {
        setHex(into, offset + place, scrambled)
        setHex(into, offset + place + 8, check)
      }
      created(into, offset + places.created, second)
      updated(into, offset + places.updated, laterSecond(collection, second, hash % 30))
      if (places.sent >= 0) {
        sent(into, offset + places.sent, laterSecond(collection, second, hash % (sendingSeconds + 1)))
      }
      return offset + template.bytes.length
    },
  }

  function templateOf(hash: number, second: number): Template {
    const kind = kindOf(hash)
    const media = mediaCount(hash)
    const isPriced = second <= settledSecond
    const key = (kind * 3 + media) * 2 + Number(isPriced)
    const known = templates[key]
    if (known !== undefined) return known
    const made = makeTemplate(collection, { kind, media, isPriced })
    templates[key] = made
    return made
  }
}

/** A page's buffer has this much room for each record. */
const recordBytesMax = 1400

function isSent(hash: number): boolean {
  return (hash & 63) !== 0
}

function kindOf(hash: number): number {
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
  readonly text: string
}

const delivered: MessageKind = {
  from: '+14155550100',
  direction: 'outbound-api',
  status: 'delivered',
  num_segments: '1',
  error_code: null,
  error_message: null,
  messaging_service_sid: null,
  price: '-0.00790',
  text: 'Your order is on its way',
}

/** The first is for messages that were never sent. */
const kinds: readonly MessageKind[] = [
  { ...delivered, status: 'queued', price: null, text: 'Still waiting' },
  delivered,
  { ...delivered, text: 'Your code is' },
  { ...delivered, status: 'sent', text: 'See you tomorrow at ten 👋', num_segments: '2' },
  { ...delivered, direction: 'inbound', status: 'received', price: '-0.00750', text: 'Grüße, "yes" please' },
  { ...delivered, direction: 'outbound-reply', text: 'Thanks!\nWe will call you' },
  { ...delivered, status: 'undelivered', error_code: 30005, error_message: 'Unknown destination handset' },
  { ...delivered, messaging_service_sid: 'MG0123456789abcdef0123456789abcdef', text: 'From a service' },
  { ...delivered, status: 'failed', error_code: 30007, error_message: 'Message filtered', price: null },
]

interface Template {
  readonly bytes: Buffer
  /** Offsets of what differs from record to record; `sent` is -1 where it is null. */
  readonly places: {
    readonly text: number
    readonly to: number
    readonly sids: readonly number[]
    readonly created: number
    readonly updated: number
    readonly sent: number
  }
}

interface Variant {
  readonly kind: number
  readonly media: number
  readonly isPriced: boolean
}

/** Signs that stand where something is set later; the record itself has none of them. */
const marks = { text: '#########', to: '????', sid: '~'.repeat(16), created: 'C'.repeat(31), updated: 'U'.repeat(31) }
const sentMark = 'S'.repeat(31)

function makeTemplate(collection: Collection, { kind, media, isPriced }: Variant): Template {
  const { text, price, ...fields } = kinds[kind] ?? delivered
  const path = collection.path.slice(0, -'.json'.length)
  const sid = `${media === 0 ? 'SM' : 'MM'}${collection.sids.head}${marks.sid}`
  const json = asciiJson({
    ...fields,
    body: `${text} ${marks.text}`,
    num_media: String(media),
    to: `+1212555${marks.to}`,
    sid,
    date_created: marks.created,
    date_sent: kind === 0 ? null : sentMark,
    date_updated: marks.updated,
    price: isPriced ? price : null,
    price_unit: 'USD',
    api_version: '2010-04-01',
    account_sid: collection.account.sid,
    uri: `${path}/${sid}.json`,
    subresource_uris: { media: `${path}/${sid}/Media.json`, feedback: `${path}/${sid}/Feedback.json` },
  })
  const places = {
    text: json.indexOf(marks.text),
    to: json.indexOf(marks.to),
    sids: [...json.matchAll(/~{16}/g)].map(({ index }) => index),
    created: json.indexOf(marks.created),
    updated: json.indexOf(marks.updated),
    sent: json.indexOf(sentMark),
  }
  const bytes = Buffer.from(json, 'latin1')
  assert(bytes.length <= recordBytesMax)
  return { bytes, places }
}

/** Sets a date of RFC 2822, 31 bytes; of one after the other only what differs is made anew. */
function dateBytes(): (into: Buffer, offset: number, second: number) => void {
  const date = Buffer.from(rfc2822(0), 'latin1')
  let day = 0
  return (into, offset, second) => {
    const secondOfDay = second % 86_400
    if (second - secondOfDay !== day) {
      day = second - secondOfDay
      date.write(rfc2822(day), 'latin1')
    }
    for (let at = 0; at < 31; at++) into[offset + at] = date[at] ?? 0
    setDecimal(into, offset + 17, Math.floor(secondOfDay / 3600), 2)
    setDecimal(into, offset + 20, Math.floor(secondOfDay / 60) % 60, 2)
    setDecimal(into, offset + 23, secondOfDay % 60, 2)
  }
}

function setDecimal(into: Buffer, offset: number, number: number, digits: number): void {
  let rest = number
  for (let at = offset + digits - 1; at >= offset; at--) {
    const tenth = Math.floor(rest / 10)
    into[at] = 48 + rest - tenth * 10
    rest = tenth
  }
}

/** The eight hexadecimal digits of 32 bits. */
function setHex(into: Buffer, offset: number, bits: number): void {
  for (let at = 0; at < 8; at++) {
    const nibble = (bits >>> (28 - 4 * at)) & 15
    into[offset + at] = nibble < 10 ? 48 + nibble : 87 + nibble
  }
}
