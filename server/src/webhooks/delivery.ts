import type { LadderName } from './ladder.ts'

/** One event for one customer URL, as the code that announces it knows it. */
export interface NewDelivery {
  /** UUIDv7 text; the receiver sees it as `webhook-id`, the same on every attempt. */
  readonly id: string
  readonly accountId: string
  readonly messageId: string | null // null: not about one message
  /** What happened, for people and metrics: 'message.status'. */
  readonly event: string
  /** Absolute http(s) URL that passed `checkCallbackUrl`, with its query. */
  readonly url: string
  readonly method: 'POST' | 'GET'
  /** JSON text. */
  readonly body: string | null // null: the URL says it all
  readonly ladder: LadderName
  /** The account's endpoint it is for; absent: the URL came with the message or the number. */
  readonly endpointId?: string
  /** Who signs its calls, as `SignCall` knows it; absent: nobody, or its endpoint does. */
  readonly signer?: string
}

/** A delivery that this node holds the lease of. */
export interface HeldDelivery extends NewDelivery {
  /** Attempts made before this one. */
  readonly attempts: number
  /** Of these, attempts made before it was replayed. */
  readonly attemptsBefore: number
  /** Epoch ms from which on it is given up. */
  readonly expiresAt: number
  /** Its place among the events of an ordered endpoint. */
  readonly sequence: number | null // null: it has none
}

/** What the delivery is limited, paused and claimed together with. */
export function deliveryKey({ accountId, url, endpointId }: NewDelivery): string {
  return endpointId === undefined ? endpointKey(accountId, url) : configuredKey(accountId, endpointId)
}

/**
 * What is limited, paused and claimed together: one account's URL without its query, because customers put ids there.
 * Not the origin alone: on a shared host one account's dead path must not hold up another path or account.
 */
export function endpointKey(accountId: string, url: string): string {
  const query = url.indexOf('?')
  const fragment = url.indexOf('#')
  const end = query === -1 ? fragment : fragment === -1 ? query : Math.min(query, fragment)
  return `${accountId} ${end === -1 ? url : url.slice(0, end)}`
}

/** The same for one of the account's endpoints: its URL may change, what waits for it stays together. */
export function configuredKey(accountId: string, endpointId: string): string {
  return `${accountId}${CONFIGURED}${endpointId}`
}

/** The id in a key of `configuredKey`; null for one of a URL, in which no # is left. */
export function endpointIdIn(key: string): string | null {
  const at = key.lastIndexOf(CONFIGURED)
  return at === -1 ? null : key.slice(at + CONFIGURED.length)
}

const CONFIGURED = ' #'
