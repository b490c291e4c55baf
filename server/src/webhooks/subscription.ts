import type { SigningSecret } from './signCall.ts'

/** One of an account's endpoints, as this process calls it. */
export interface Subscription {
  readonly id: string
  readonly accountId: string
  readonly format: EndpointFormat
  readonly url: string
  readonly method: 'POST' | 'GET'
  /** What it wants to hear of. */
  readonly events: ReadonlySet<string> | null // null: everything
  readonly channels: ReadonlySet<string> | null // null: all
  readonly numbers: ReadonlySet<string> | null // null: all
  /** One call at a time, in the order of the events. */
  readonly ordered: boolean
  /** False: what is for it waits. */
  readonly callable: boolean
  /** Differs after each change of it. */
  readonly updatedAt: number
  readonly signatureMethod: SignatureMethod
  readonly secret: SigningSecret | null // null: its calls are not signed
  /** Signs too, for a while after a rotation. */
  readonly previous: { readonly secret: SigningSecret; readonly untilMs: number } | null // null: it is over
  readonly header: { readonly name: string; readonly value: string } | null // null: none of its own
}

export type SignatureMethod = 'HS256' | 'HS512'

/** 'own': set up by the account. 'power automate': a flow, which is told in its own form, and gone with its first 404. */
export type EndpointFormat = 'own' | 'power automate'

/** What an event is about, as far as endpoints choose by it. */
export interface EventTraits {
  /** 'message.status', 'message.inbound', 'endpoint.disabled' … */
  readonly event: string
  readonly channel: string | null // null: about no channel, so whoever chose some is not told
  /** The account's own number: the sender of what it sends, the recipient of what it receives. */
  readonly number: string | null // null: about no number
}

export function wants(subscription: Subscription, { event, channel, number }: EventTraits): boolean {
  const { events, channels, numbers } = subscription
  return (
    (events === null || events.has(event)) &&
    (channels === null || (channel !== null && channels.has(channel))) &&
    (numbers === null || (number !== null && numbers.has(number)))
  )
}
