import type { HeldDelivery } from './delivery.ts'
import type { EndpointCall } from './sender.ts'
import { type SigningSecret, signatureHeaders } from './signCall.ts'
import type { Subscription } from './subscription.ts'

/**
 * The headers that prove who calls, and those the receiver asked for: names and values in turn. Null: they cannot be
 * made now, because the secret cannot be read.
 */
export type SignCall = (call: {
  readonly accountId: string
  readonly signer: string
  readonly nowMs: number
  readonly body: string
}) => readonly string[] | null

/** The call of a URL that came with a message, a number or an event; `signed`: what `SignCall` made. */
export function plainCall(delivery: HeldDelivery, nowMs: number, signed: readonly string[]): EndpointCall {
  const { url, method, body } = delivery
  return { url, method, body, headers: [...idHeaders(delivery, String(Math.floor(nowMs / 1_000))), ...signed] }
}

/** The call of an account's endpoint as it is set up now, whatever it was when the event happened. */
export function subscribedCall(delivery: HeldDelivery, subscription: Subscription, nowMs: number): EndpointCall {
  const { url, method, header } = subscription
  const body = method === 'POST' ? delivery.body : null
  const timestampText = String(Math.floor(nowMs / 1_000))
  const headers = idHeaders(delivery, timestampText)
  headers.push('webhook-event', delivery.event)
  if (delivery.sequence !== null) headers.push('webhook-sequence', String(delivery.sequence))
  const secrets = secretsOf(subscription, nowMs)
  if (secrets !== null) {
    const signed = { id: delivery.id, timestampText, nowMs, body: body ?? '' }
    headers.push(...signatureHeaders(signed, { secrets, method: subscription.signatureMethod }))
  }
  if (header !== null) headers.push(header.name, header.value)
  return { url: method === 'GET' ? withQuery(url, delivery.body) : url, method, body, headers }
}

function idHeaders({ id, attempts }: HeldDelivery, timestampText: string): string[] {
  return ['webhook-id', id, 'webhook-timestamp', timestampText, 'webhook-attempt', String(attempts + 1)]
}

/** Those that sign now, the newest first. */
function secretsOf({ secret, previous }: Subscription, nowMs: number): [SigningSecret, ...SigningSecret[]] | null {
  if (secret === null) return null
  return previous !== null && nowMs < previous.untilMs ? [secret, previous.secret] : [secret]
}

/** GET has the fields of the body behind what the URL's query has already; lists and objects as JSON text. */
function withQuery(text: string, body: string | null): string {
  const fields: unknown = body === null ? null : JSON.parse(body)
  if (typeof fields !== 'object' || fields === null) return text
  const url = new URL(text)
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null) url.searchParams.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return url.href
}
