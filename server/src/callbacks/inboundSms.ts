import type { ChatInbound } from '../chat/chatInbound.ts'
import type { ReceivedMessage } from '../inbound/inboundMessage.ts'

/** An SMS as a message of a conversation; user data that is no text stays hexadecimal. Null: its number is nobody's. */
export function chatInboundOf({ message, parts, owner }: ReceivedMessage): ChatInbound | null {
  if (owner === null) return null
  const { id, accountId, sender, recipient, body, mccmnc, size, missing, receivedAt, recordedAt } = message
  return {
    id,
    accountId,
    channel: 'sms',
    from: sender,
    to: recipient,
    at: receivedAt,
    recordedAt,
    senderName: null,
    content: { kind: 'text', text: body },
    contextMessageId: null,
    forwarded: false,
    sms: { mccmnc, size, missing, parts },
  }
}
