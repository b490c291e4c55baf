import type { ChatContent } from '../../messages/chatContent.ts'
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
    [channel]: { from: sender, contentType: content.kind, ...partOf(content) },
    ...(context === null ? {} : { context: { userContext: context } }),
    ...(callbackUrl === null ? {} : { overrides: { notificationCallbackUrl: callbackUrl } }),
  }
}

function partOf(content: ChatContent): object {
  switch (content.kind) {
    case 'text':
      return { text: content.text }
    case 'url':
      return { url: content.url }
    case 'media': {
      const { type, url, mediaId, caption } = content
      return { media: { type, ...(url === null ? { mediaId } : { url }), ...(caption === null ? {} : { caption }) } }
    }
    case 'template': {
      const { templateId, language, parameters } = content
      const { policy, code } = language
      return {
        template: {
          templateId,
          language: { ...(policy === null ? {} : { policy }), ...(code === null ? {} : { code }) },
          parameters: parameters.map((text) => ({ default: text })),
        },
      }
    }
  }
}
