/** A received message as its owner is told of it. */
export interface InboundToTell {
  readonly id: string
  readonly sender: string
  readonly recipient: string
  readonly body: string
  readonly size: number
  readonly missing: number
  readonly mccmnc: string | null
}

export interface PartToTell {
  readonly number: number
  readonly receivedAt: number
}

/** What is sent to the owner of a number: where, how, and what. */
export interface InboundCallback {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly body: string | null // null: the query of the URL says it all
}

/** The body of the vendor's inbound call; the list of parts has those that are there. */
export type InboundBody = ReturnType<typeof renderInbound>

export function renderInbound(message: InboundToTell, parts: readonly PartToTell[]) {
  const { id, mccmnc } = message
  return {
    from: message.sender,
    to: message.recipient,
    message: message.body,
    originMCC: mccmnc === null ? null : mccmnc.slice(0, MCC_DIGITS),
    originMNC: mccmnc === null ? null : mccmnc.slice(MCC_DIGITS),
    originTtId: null,
    totalPrice: NO_PRICE,
    requestId: id,
    size: message.size,
    missingParts: message.missing > 0,
    contentList: parts.map(({ number, receivedAt }) => ({
      msgId: partId(id, number),
      sentDate: inboundDate(receivedAt),
      price: NO_PRICE,
      currency: null,
      priceEffective: null,
      sequenceNumber: number,
    })),
  }
}

/** The id of one part, as it is told everywhere. */
export function partId(id: string, number: number): string {
  return `${id}-${number}`
}

const MCC_DIGITS = 3
/** Receiving costs nothing here. Published clients read a text, so it is one. */
const NO_PRICE = '0.0'

/**
 * The call that a message owes the owner of its number. POST has the body as JSON; GET has the same fields behind what
 * the owner's query has already, the list of parts as JSON text, and leaves out those that are not known.
 */
export function renderInboundCallback(
  message: InboundToTell,
  parts: readonly PartToTell[],
  target: { readonly url: string; readonly method: 'POST' | 'GET' },
): InboundCallback {
  const body = renderInbound(message, parts)
  if (target.method === 'POST') return { url: target.url, method: 'POST', body: JSON.stringify(body) }
  const url = new URL(target.url)
  for (const [name, value] of Object.entries(body)) {
    if (value !== null) url.searchParams.append(name, Array.isArray(value) ? JSON.stringify(value) : String(value))
  }
  return { url: url.href, method: 'GET', body: null }
}

/** yyyy-MM-ddTHH:mm:ss+HHmm, in UTC. Messages of one batch share their second, so it is kept. */
export function inboundDate(time: number): string {
  const second = Math.floor(time / 1000)
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}+0000`
    lastSecond = second
  }
  return lastText
}

let lastSecond = Number.NaN
let lastText = ''
