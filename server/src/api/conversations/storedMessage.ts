import type { ChatContent } from '../../messages/chatContent.ts'
import { shownContent } from '../chat/shownContent.ts'
import type { NumberedChannel } from './channelNumbers.ts'

/**
 * A message as the Chat API would have been asked for it: this API has no way to read one back, that one has, and ids
 * are the same in both.
 */
export function storedMessage({
  recipient,
  channel,
  sender,
  content,
  context,
  callbackUrl,
}: {
  recipient: string
  channel: NumberedChannel
  sender: string
  content: ChatContent
  context: string | null
  callbackUrl: string | null
}): object {
  return {
    to: recipient,
    channels: [channel],
    [channel]: { from: sender, contentType: content.kind, ...shownContent(content) },
    ...(context === null ? {} : { context: { userContext: context } }),
    ...(callbackUrl === null ? {} : { overrides: { notificationCallbackUrl: callbackUrl } }),
  }
}
