import type { CallSubmission } from '../../carriers/carrier.ts'
import type { Message } from '../../messages/message.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'

/**
 * The one call that a voice message is.
 * @param text what is said, opened where it is sealed at rest
 * @param language ISO 639-1
 */
export function voicePartOf(message: Message, text: string, language: string): CallSubmission {
  return {
    messageId: message.id,
    // A message without a caller of its own is stored with an empty sender.
    caller: message.sender === '' ? null : parseNumber(message.sender),
    to: message.recipient,
    text,
    language,
    expiresAt: message.expiresAt,
  }
}
