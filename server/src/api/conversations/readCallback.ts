import {
  CALLBACK_VERSIONS,
  type CallbackSettings,
  type CallbackVersion,
  type ShownCallbackSettings,
} from '../../callbacks/callbackSettings.ts'
import { constraintViolation, type Violation } from '../../http/problem.ts'
import { isOurHeader } from '../../webhooks/ourHeaders.ts'
import type { Fields } from '../chat/fields.ts'
import { readBody } from '../chat/readMessageRequest.ts'
import type { CheckUrl } from '../chat/readStep.ts'
import { HEADER_KEY, HEADER_VALUE, INBOUND_EVENTS, STATUS_EVENTS, URL_CHARACTERS_MAX } from './configurationSchema.ts'

/**
 * The whole of what an account says of its callbacks: what is not given is not said any more. Secrets are never shown,
 * so that one which is left out stays, as long as the method, or the name of the header, does. Throws a 400 with every
 * mistake in it at once.
 */
export function readCallback(
  body: unknown,
  { before, checkUrl }: { before: ShownCallbackSettings | null; checkUrl: CheckUrl },
): Partial<CallbackSettings> {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const settings = {
    callbackVersion: readVersion(request),
    inboundMessageUrl: readUrl(request, 'inboundMessageUrl', checkUrl),
    messageStatusUrl: readUrl(request, 'messageStatusUrl', checkUrl),
    eventFilter: readFilter(request),
    ...readSignature(request, before),
    ...readHeader(request, before),
  }
  if (violations.size > 0) throw constraintViolation([...violations.values()])
  return settings
}

/** The number 2.12 is as good as the text. */
function readVersion(request: Fields): CallbackVersion | null {
  const wanted = request.text('callbackVersion', VERSION_CHARACTERS_MAX)
  if (wanted === null) return null
  const version = CALLBACK_VERSIONS.find((known) => known === wanted)
  return version ?? request.refuse('callbackVersion', `must be one of ${CALLBACK_VERSIONS.join(', ')}`)
}

const VERSION_CHARACTERS_MAX = 16

function readUrl(request: Fields, name: string, checkUrl: CheckUrl): string | null {
  return request.url(name, (url) =>
    url.length > URL_CHARACTERS_MAX ? `must have at most ${URL_CHARACTERS_MAX} characters` : checkUrl(url),
  )
}

/** Null: not said. Some clients name the events of inbound messages as well; nothing filters those. */
function readFilter(request: Fields): readonly string[] | null {
  if (!request.has('eventFilter')) return null
  const entries = request.list('eventFilter', { min: 0, max: FILTER_ENTRIES_MAX })
  const wrong = entries?.findIndex((entry) => !KNOWN_EVENTS.has(entry)) ?? -1
  if (entries === null) return null
  if (wrong !== -1) return request.refuse(`eventFilter.${wrong}`, `must be one of ${STATUS_EVENTS.join(', ')}`)
  return STATUS_EVENTS.filter((event) => entries.includes(event))
}

const FILTER_ENTRIES_MAX = 20
const KNOWN_EVENTS: ReadonlySet<unknown> = new Set([...STATUS_EVENTS, ...INBOUND_EVENTS])

/** Nothing: it stays as it is. */
function readSignature(
  request: Fields,
  before: ShownCallbackSettings | null,
): Partial<Pick<CallbackSettings, 'signature'>> {
  const given = objectOf(request, 'signature')
  if (given === null) return { signature: null }
  const method = given.requiredWord('method', ['HS256', 'HS512'])
  if (!given.has('secret') && method !== null && before?.signature?.method === method) return {}
  const secret = requiredLength(given, 'secret', SECRET)
  return { signature: method === null || secret === null ? null : { secret, method } }
}

const SECRET = { min: 8, max: 125 }

function readHeader(request: Fields, before: ShownCallbackSettings | null): Partial<Pick<CallbackSettings, 'header'>> {
  const given = objectOf(request, 'header')
  if (given === null) return { header: null }
  const key = requiredLength(given, 'key', HEADER_KEY)
  if (key !== null && !TOKEN.test(key)) given.refuse('key', 'must be the name of an HTTP header')
  if (key !== null && isOurHeader(key)) given.refuse('key', 'is a header that we set ourselves')
  if (!given.has('value') && key !== null && before?.header?.key === key) return {}
  const value = requiredLength(given, 'value', HEADER_VALUE)
  if (value !== null && !PRINTABLE.test(value)) given.refuse('value', 'must be printable ASCII')
  return { header: key === null || value === null ? null : { key, value } }
}

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const PRINTABLE = /^[ -~]+$/

/** An empty one is none. */
function objectOf(request: Fields, name: string): Fields | null {
  const given = request.object(name)
  return given?.layers.some(({ values }) => Object.keys(values).length > 0) ? given : null
}

function requiredLength(fields: Fields, name: string, { min, max }: { min: number; max: number }): string | null {
  const text = fields.requiredText(name, max)
  return text !== null && text.length < min ? fields.refuse(name, `must have at least ${min} characters`) : text
}
