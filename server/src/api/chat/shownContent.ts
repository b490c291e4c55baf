import type { ChatContent } from '../../messages/chatContent.ts'

/** The content by the names of the wire, as a part of a request has it. */
export function shownContent(content: ChatContent): Readonly<Record<string, unknown>> {
  switch (content.kind) {
    case 'text':
      return { text: content.text }
    case 'url':
      return { url: content.url }
    case 'media': {
      const { type, url, mediaId, caption } = content
      return { media: { type, ...given({ url, mediaId, caption }) } }
    }
    case 'template': {
      const { templateId, language, parameters } = content
      return {
        template: { templateId, language: given(language), parameters: parameters.map((text) => ({ default: text })) },
      }
    }
  }
}

function given(values: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
  return Object.fromEntries(entries)
}
