import type { InboundChat, Receipt, SeenReport } from '../carrier.ts'
import { type Fields, fieldsOf, listOf } from './fields.ts'
import { readInbound } from './readInbound.ts'
import { readStatus } from './readStatus.ts'

/** One thing that a webhook tells. */
export type WebhookUpdate =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  /** It was delivered, and then read. */
  | { readonly kind: 'seen'; readonly receipt: Receipt; readonly seen: SeenReport }
  | { readonly kind: 'inbound'; readonly message: InboundChat }
  /** Nothing that anybody waits for. */
  | { readonly kind: 'idle' }

export interface Webhook {
  readonly updates: readonly Exclude<WebhookUpdate, { kind: 'idle' }>[]
  /** Entries for this number that say nothing we can use; 1 where the body is none of Meta's. */
  readonly unreadable: number
}

/** Whose webhook it is read for: an app has one address for all its numbers. */
export interface WebhookReader {
  readonly carrierId: string
  readonly phoneNumberId: string
  /** Digits. */
  readonly number: string
}

/**
 * What a webhook of the Cloud API says about one number:
 * `{ object, entry: [{ changes: [{ field: 'messages', value: { metadata, contacts, messages, statuses } }] }] }`.
 * Read strictly along these names, so depth and size of anything else do no harm.
 */
export function readWebhook(body: Buffer, reader: WebhookReader): Webhook {
  const webhook = parse(body)
  if (webhook === null || webhook.object !== 'whatsapp_business_account') return { updates: [], unreadable: 1 }
  const updates: Webhook['updates'][number][] = []
  let unreadable = 0
  for (const value of valuesOf(webhook)) {
    if (fieldsOf(value.metadata).phone_number_id !== reader.phoneNumberId) continue
    const read = [
      ...listOf(value.statuses).map((status) => readStatus(fieldsOf(status), reader)),
      ...listOf(value.messages).map((message) => readInbound(fieldsOf(message), { value, ...reader })),
    ]
    for (const update of read) {
      if (update === null) unreadable++
      else if (update.kind !== 'idle') updates.push(update)
    }
  }
  return { updates, unreadable }
}

function parse(body: Buffer): Fields | null {
  try {
    return fieldsOf(JSON.parse(body.toString()))
  } catch {
    // It will be no more JSON the next time.
    return null
  }
}

/** Other fields are for other ears: reviews of templates, quality of the number. */
function valuesOf(webhook: Fields): readonly Fields[] {
  return listOf(webhook.entry).flatMap((entry) =>
    listOf(fieldsOf(entry).changes).flatMap((change) => {
      const { field, value } = fieldsOf(change)
      return field === 'messages' ? [fieldsOf(value)] : []
    }),
  )
}
