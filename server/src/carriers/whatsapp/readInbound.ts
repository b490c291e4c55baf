import type { InboundChat } from '../carrier.ts'
import { type Fields, fieldsOf, listOf, messageIdOf, textOf, timeOf } from './fields.ts'
import { readInboundContent } from './readInboundContent.ts'
import type { WebhookReader, WebhookUpdate } from './readWebhook.ts'

/**
 * One of `messages`: `{ from, id, timestamp, type, context, …}`, with the name of who wrote it in the webhook's
 * `contacts`. Null: it does not say who wrote, or when.
 */
export function readInbound(
  message: Fields,
  { value, carrierId, number }: WebhookReader & { readonly value: Fields },
): WebhookUpdate | null {
  const { from, type } = message
  // A person changed the number, or opened the chat for the first time: nobody wrote anything.
  if (type === 'system' || type === 'request_welcome') return { kind: 'idle' }
  const carrierMessageId = messageIdOf(message.id)
  const at = timeOf(message.timestamp)
  if (carrierMessageId === null || at === null || typeof from !== 'string' || !/^\d{1,15}$/.test(from)) return null
  const context = fieldsOf(message.context)
  const inbound: InboundChat = {
    carrierId,
    channel: 'whatsapp',
    carrierMessageId,
    from,
    to: number,
    at,
    senderName: nameOf(value, from),
    content: readInboundContent(message),
    replyTo: messageIdOf(context.id),
    forwarded: context.forwarded === true || context.frequently_forwarded === true,
  }
  return { kind: 'inbound', message: inbound }
}

function nameOf({ contacts }: Fields, from: string): string | null {
  const contact = listOf(contacts).find((candidate) => fieldsOf(candidate).wa_id === from)
  return textOf(fieldsOf(fieldsOf(contact).profile).name, NAME_CHARACTERS_MAX)
}

const NAME_CHARACTERS_MAX = 256
