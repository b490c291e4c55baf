import { asciiJson } from './asciiJson.ts'
import type { Collection } from './collection.ts'
import { isoSecond, rfc2822 } from './dates.ts'
import type { RecordWriter } from './resource.ts'

/** Writes records that are made as objects, which is fast enough where there are not millions. */
export function objectWriter(make: (index: number) => object): RecordWriter {
  return (index) => asciiJson(make(index))
}

/** `uri` of a record at api.twilio.com: relative, ending in `.json`. */
export function uriOf(collection: Collection, index: number): string {
  return `${memberPath(collection, index)}.json`
}

/** The record's path without an ending: what its own lists are below. */
export function memberPath(collection: Collection, index: number): string {
  return `${collection.path.replace(/\.json$/, '')}/${collection.id(index)}`
}

/** `url` of a record at any other host: absolute. */
export function urlOf(collection: Collection, index: number): string {
  const { world, resource } = collection
  return `${world.origin}/${resource.host}${memberPath(collection, index)}`
}

/** `links` to the record's own lists: `DeliveryReceipts` is named `delivery_receipts`. */
export function linksOf(collection: Collection, index: number, lists: readonly string[]): Record<string, string> {
  const url = urlOf(collection, index)
  return Object.fromEntries(lists.map((list) => [snakeCase(list), `${url}/${list}`]))
}

export function snakeCase(name: string): string {
  return name.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}

/** `date_created` and `date_updated`, a while apart, in RFC 2822. */
export function rfc2822Dates(collection: Collection, index: number): { date_created: string; date_updated: string } {
  const second = collection.timeline.second(index)
  return { date_created: rfc2822(second), date_updated: rfc2822(updatedSecond(collection, index)) }
}

/** The same in ISO 8601. */
export function isoDates(collection: Collection, index: number): { date_created: string; date_updated: string } {
  const second = collection.timeline.second(index)
  return { date_created: isoSecond(second), date_updated: isoSecond(updatedSecond(collection, index)) }
}

function updatedSecond(collection: Collection, index: number): number {
  return laterSecond(collection, collection.timeline.second(index), collection.hash(index) % 600)
}

/** So many seconds later, but not in the future of a record that is there from the beginning. */
export function laterSecond({ world }: Collection, second: number, seconds: number): number {
  return Math.min(second + seconds, Math.max(second, world.startedAtSecond))
}

/** A number in the range for fiction, `+1NPA555XXXX`, or one of as many as there are digits. */
export function phoneNumber(hash: number): string {
  return `+1${201 + ((hash >>> 14) % 700)}555${String(hash % 10_000).padStart(4, '0')}`
}

/** A sid of another kind that the record tells of, though there is no such record. */
export function otherSid(prefix: string, collection: Collection, index: number): string {
  const digits = collection.hash(index).toString(16).padStart(8, '0')
  return `${prefix}${digits}${digits.split('').reverse().join('')}${digits}${digits}`
}

/** One of the values, by the bits of a hash. */
export function pick<const Values extends readonly [unknown, ...unknown[]]>(
  values: Values,
  hash: number,
): Values[number] {
  return values[hash % values.length]
}
