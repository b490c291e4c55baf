import type { ChatOrder } from '../../chat/chat.ts'
import { constraintViolation, type Violation } from '../../http/problem.ts'
import type { E164 } from '../../numbers/address.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { CHANNELS_NOT_BUILT, WIRE_CHANNELS, type WireChannel } from './channels.ts'
import { type Fields, readFields } from './fields.ts'
import { type CheckUrl, type ReadStep, readStep } from './readStep.ts'

/** A request for one message, understood; whose it is, the key says. */
export interface ReadOrder {
  readonly order: Omit<ChatOrder, 'accountId'>
  /** Of each step, in their order. */
  readonly origins: readonly StepOrigin[]
}

/** What a step's sender and media are called in the request. */
export type StepOrigin = Pick<ReadStep, 'fromField' | 'mediaField'>

/** A request to send one message. Throws a 400 with every mistake in it at once, each field once. */
export function readMessageRequest(body: unknown, { checkUrl }: { checkUrl: CheckUrl }): ReadOrder {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const recipient = readRecipient(request)
  const channels = readChannels(request)
  const defaults = request.object('defaultContent')
  const steps = channels.map((channel) => readPart(channel, { request, defaults, checkUrl }))
  const settings = readSettings(request, checkUrl)
  const read = steps.filter((step) => step !== null)
  if (violations.size > 0 || recipient === null) throw constraintViolation([...violations.values()])
  const parts = Object.fromEntries(read.map(({ channel, part }) => [channel, part]))
  return {
    order: {
      recipient,
      steps: read.map(({ step }) => step),
      stored: { to: recipient, channels, ...parts, ...settings.stored },
      context: settings.context,
      callbackUrl: settings.callbackUrl,
    },
    origins: read,
  }
}

/** The violations are collected by the name of their field. */
export function readBody(body: unknown, violations: Map<string, Violation>): Fields {
  const values = typeof body === 'object' && body !== null ? { ...body } : {}
  return readFields([{ path: '', values }], (violation) => {
    if (!violations.has(violation.field)) violations.set(violation.field, violation)
  })
}

export function readRecipient(request: Fields): E164 | null {
  const to = request.requiredText('to', NUMBER_CHARACTERS_MAX)
  if (to === null) return null
  return parseNumber(to) ?? request.refuse('to', 'must be an international phone number, with + or 00')
}

const NUMBER_CHARACTERS_MAX = 32

/** Those that can be sent over; what is wrong with the others is refused. */
function readChannels(request: Fields): readonly WireChannel[] {
  const channels = new Set<WireChannel>()
  for (const [index, entry] of (request.list('channels', { min: 1, max: CHANNELS_MAX }) ?? []).entries()) {
    const name = `channels.${index}`
    const channel = readChannel(entry, (message) => request.refuse(name, message))
    if (channel !== null && channels.has(channel)) request.refuse(name, 'must not stand there twice')
    else if (channel !== null) channels.add(channel)
  }
  return [...channels]
}

/** More are not looked at one by one. */
const CHANNELS_MAX = 10

export function readChannel(value: unknown, refuse: (message: string) => null): WireChannel | null {
  const channel = WIRE_CHANNELS.find((known) => known === value)
  if (channel !== undefined) return channel
  const allowed = `must be one of ${WIRE_CHANNELS.join(', ')}`
  return refuse(CHANNELS_NOT_BUILT.some((name) => name === value) ? `${allowed}; ${value} is not built` : allowed)
}

/** A channel's own part goes before the default, component by component. */
function readPart(
  channel: WireChannel,
  { request, defaults, checkUrl }: { request: Fields; defaults: Fields | null; checkUrl: CheckUrl },
): ReadStep | null {
  const part = request.object(channel)
  if (part === null && request.has(channel)) return null
  const own = part ?? request.nothing(channel)
  const fields = defaults === null ? own : own.over(defaults)
  return readStep(channel, { own, fields, sender: fields, checkUrl })
}

/** What a request says beside its contents. */
export interface ReadSettings {
  readonly context: string | null
  readonly callbackUrl: string | null
  /** As they are read back. */
  readonly stored: Readonly<Record<string, unknown>>
}

export function readSettings(request: Fields, checkUrl: CheckUrl): ReadSettings {
  const context = request.object('context')?.text('userContext', USER_CONTEXT_CHARACTERS_MAX) ?? null
  const callbackUrl = request.object('overrides')?.url('notificationCallbackUrl', checkUrl) ?? null
  return {
    context,
    callbackUrl,
    stored: {
      ...(context === null ? {} : { context: { userContext: context } }),
      ...(callbackUrl === null ? {} : { overrides: { notificationCallbackUrl: callbackUrl } }),
    },
  }
}

const USER_CONTEXT_CHARACTERS_MAX = 255
