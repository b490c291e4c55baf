import { type Static, Type } from 'typebox'
import { DELIVERY_STATUSES, type ListedDelivery } from '../../webhooks/listDeliveries.ts'

const NULLABLE_TEXT = Type.Union([Type.String(), Type.Null()])
const NULLABLE_NUMBER = Type.Union([Type.Number(), Type.Null()])
const METHOD = { pattern: '^([Pp][Oo][Ss][Tt]|[Gg][Ee][Tt])$', description: 'HTTP method of the call: POST or GET' }
const LIST_MAX = 100

const events = Type.Array(Type.String({ maxLength: 64, pattern: '^[a-z_]+\\.[a-z_]+$' }), {
  maxItems: LIST_MAX,
  description: 'message.status, message.inbound, endpoint.disabled; empty: all, later ones too',
})
const channels = Type.Array(Type.String({ maxLength: 32, pattern: '^[a-z]+$' }), {
  maxItems: LIST_MAX,
  description: 'sms; empty: all',
})
const numbers = Type.Array(Type.String({ minLength: 1, maxLength: 32 }), {
  maxItems: 1_000,
  description: 'Your own numbers and senders; empty: all',
})
const url = Type.String({ maxLength: 2_048 })
const signatureMethod = Type.Enum(['HS256', 'HS512'], { description: 'Of the header x-signature' })
const secret = Type.String({
  maxLength: 125,
  description: 'Your own: whsec_ and Base64, or 8 to 125 other characters. Absent: a random one is made',
})
const Header = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 125, pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
  value: Type.String({ minLength: 1, maxLength: 1_024, pattern: '^[ -~]+$' }),
})

export const NewEndpoint = Type.Object({
  url,
  method: Type.String({ ...METHOD, default: 'POST' }),
  events: Type.Array(events.items, { ...events, default: [] }),
  channels: Type.Array(channels.items, { ...channels, default: [] }),
  numbers: Type.Array(numbers.items, { ...numbers, default: [] }),
  ordered: Type.Boolean({ default: false, description: 'One call at a time, in the order of the events' }),
  enabled: Type.Boolean({ default: true, description: 'false: events are kept and delivered once it is true' }),
  signed: Type.Boolean({ default: true, description: 'false: calls carry no signature' }),
  secret: Type.Optional(secret),
  signatureMethod: Type.Enum(['HS256', 'HS512'], { ...signatureMethod, default: 'HS256' }),
  header: Type.Optional(Header),
})
export type NewEndpoint = Static<typeof NewEndpoint>

export const EndpointChange = Type.Object({
  url: Type.Optional(url),
  method: Type.Optional(Type.String(METHOD)),
  events: Type.Optional(events),
  channels: Type.Optional(channels),
  numbers: Type.Optional(numbers),
  ordered: Type.Optional(Type.Boolean()),
  enabled: Type.Optional(Type.Boolean()),
  signatureMethod: Type.Optional(signatureMethod),
  header: Type.Optional(Header),
  withoutHeader: Type.Optional(Type.Boolean({ description: 'true: the header of its own goes' })),
})
export type EndpointChange = Static<typeof EndpointChange>

export const Rotation = Type.Object({
  secret: Type.Optional(secret),
  overlapSeconds: Type.Integer({
    minimum: 0,
    maximum: 604_800,
    default: 86_400,
    description: 'How long the old secret signs too',
  }),
})
export type Rotation = Static<typeof Rotation>

export const ShownEndpoint = Type.Object({
  id: Type.String(),
  url: Type.String(),
  method: Type.String(),
  events: Type.Array(Type.String()),
  channels: Type.Array(Type.String()),
  numbers: Type.Array(Type.String()),
  ordered: Type.Boolean(),
  enabled: Type.Boolean(),
  disabledReason: NULLABLE_TEXT,
  signed: Type.Boolean(),
  signatureMethod: Type.String(),
  previousSecretUntil: NULLABLE_TEXT,
  headerName: NULLABLE_TEXT,
  createdDate: Type.String(),
  updatedDate: Type.String(),
})
export type ShownEndpoint = Static<typeof ShownEndpoint>

export const EndpointWithSecret = Type.Object({
  ...ShownEndpoint.properties,
  secret: Type.Union([Type.String(), Type.Null()], { description: 'Shown this once; null: calls are not signed' }),
})

export const ShownDelivery = Type.Object({
  id: Type.String({ description: 'The webhook-id of its calls' }),
  event: Type.String(),
  endpoint: Type.Union([Type.String(), Type.Null()], { description: 'null: the URL came with the message or number' }),
  messageId: NULLABLE_TEXT,
  url: Type.String(),
  method: Type.String(),
  status: Type.Enum([...DELIVERY_STATUSES]),
  attempts: Type.Number(),
  sequence: NULLABLE_NUMBER,
  createdDate: Type.String(),
  nextAttemptDate: NULLABLE_TEXT,
  doneDate: NULLABLE_TEXT,
  lastStatus: NULLABLE_NUMBER,
  lastError: NULLABLE_TEXT,
})

export const DeliveryWithAttempts = Type.Object({
  ...ShownDelivery.properties,
  body: NULLABLE_TEXT,
  attemptList: Type.Array(
    Type.Object({
      number: Type.Number(),
      startedDate: Type.String(),
      durationMs: Type.Number(),
      status: NULLABLE_NUMBER,
      error: NULLABLE_TEXT,
      responseStart: NULLABLE_TEXT,
    }),
    { description: 'Of more than 100 the first 20 and the last 80' },
  ),
})

export function shownDelivery(delivery: ListedDelivery): Static<typeof ShownDelivery> {
  const { id, event, endpointId, messageId, url, method, status, attempts, sequence, lastStatus, lastError } = delivery
  return {
    id,
    event,
    endpoint: endpointId,
    messageId,
    url,
    method,
    status,
    attempts,
    sequence,
    createdDate: dateText(delivery.createdAt),
    nextAttemptDate: dateTextOrNull(delivery.nextAttemptAt),
    doneDate: dateTextOrNull(delivery.doneAt),
    lastStatus,
    lastError,
  }
}

export function dateText(time: number): string {
  return new Date(time).toISOString()
}

export function dateTextOrNull(time: number | null): string | null {
  return time === null ? null : dateText(time)
}
