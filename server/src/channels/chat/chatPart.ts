import type { ChatSubmission } from '../../carriers/carrier.ts'
import { openChat } from '../../messages/content.ts'
import type { Message } from '../../messages/message.ts'
import type { NumberedPart } from '../carrierQueues.ts'

/** The one piece that a message of a chat channel is. Null: its content is wiped, a carrier has it. */
export function chatPartsOf(message: Message): NumberedPart<ChatSubmission>[] | null {
  const chat = openChat(message)
  if (chat === null) return null
  const { id: messageId, accountId, sender: from, recipient: to, expiresAt } = message
  return [{ number: 1, part: { messageId, accountId, from, to, ...chat, expiresAt } }]
}
