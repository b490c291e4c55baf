import type { ChatContent, ChatMedia, ChatTemplate } from '../../messages/chatContent.ts'
import type { ChatSubmission } from '../carrier.ts'

/**
 * The body of `POST /{phone-number-id}/messages`.
 * @param uploadedId Meta's id of the file, where the content is one of ours; null: it is not
 */
export function messageBody(
  { to, content, replyTo }: ChatSubmission,
  { uploadedId, templateLanguage }: { readonly uploadedId: string | null; readonly templateLanguage: string },
): string {
  return JSON.stringify({
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: to.slice(1),
    ...(replyTo === null ? {} : { context: { message_id: replyTo } }),
    ...contentOf(content, { uploadedId, templateLanguage }),
  })
}

function contentOf(
  content: ChatContent,
  { uploadedId, templateLanguage }: { readonly uploadedId: string | null; readonly templateLanguage: string },
): object {
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: { body: content.text, preview_url: false } }
    case 'url':
      return { type: 'text', text: { body: content.url, preview_url: true } }
    case 'media':
      return { type: content.type, [content.type]: mediaOf(content, uploadedId) }
    case 'template':
      return { type: 'template', template: templateOf(content, templateLanguage) }
    default:
      return content satisfies never
  }
}

function mediaOf({ type, url, caption, fileName }: ChatMedia, uploadedId: string | null): object {
  return {
    ...(uploadedId === null ? { link: url } : { id: uploadedId }),
    // WhatsApp shows none beside a sound or a sticker, and refuses messages that have one.
    ...(caption === null || type === 'audio' || type === 'sticker' ? {} : { caption }),
    ...(fileName === null || type !== 'document' ? {} : { filename: fileName }),
  }
}

/** Meta knows no other policy than 'deterministic' any more: the language that is named, or an error. */
function templateOf({ templateId, language, parameters }: ChatTemplate, templateLanguage: string): object {
  const values = parameters.map((text) => ({ type: 'text', text }))
  return {
    name: templateId,
    language: { policy: 'deterministic', code: language.code ?? templateLanguage },
    ...(values.length === 0 ? {} : { components: [{ type: 'body', parameters: values }] }),
  }
}
