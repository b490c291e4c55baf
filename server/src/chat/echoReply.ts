import type { ChatContent, ChatTemplate } from '../messages/chatContent.ts'
import type { ChatMessage } from './chat.ts'
import type { ChatInbound, ChatInboundContent } from './chatInbound.ts'
import { stepAt } from './stepMessage.ts'

/** What echo sends back of a message: the same id and content, from and to swapped. */
export function echoReply({ id, accountId, recipient, steps, step }: ChatMessage, at: number): ChatInbound {
  const { sender, content } = stepAt(steps, step)
  return {
    id,
    accountId,
    channel: 'echo',
    from: recipient,
    to: sender,
    at,
    recordedAt: at,
    senderName: null,
    content: echoed(content),
    contextMessageId: null,
    forwarded: false,
    sms: null,
  }
}

function echoed(content: ChatContent): ChatInboundContent {
  switch (content.kind) {
    case 'text':
    case 'url':
      return content
    case 'media':
      return { ...content, contentType: null }
    case 'template':
      return { kind: 'text', text: renderTemplate(content) }
    default:
      return content satisfies never
  }
}

/** The vendor's form; what the template does not say is left out. */
function renderTemplate({ templateId, language, parameters }: ChatTemplate): string {
  const named = [
    ['TemplateId', templateId],
    ['LanguagePolicy', language.policy],
    ['LanguageCode', language.code],
    ...parameters.map((value, index) => [`Parameter${index + 1}`, value]),
  ]
  return named.flatMap(([name, value]) => (value === null ? [] : [`${name}[${value}]`])).join(' ')
}
