/** What a message of a chat channel says. */
export type ChatContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'url'; readonly url: string }
  | ChatMedia
  | ChatTemplate

export interface ChatMedia {
  readonly kind: 'media'
  readonly type: 'image' | 'document' | 'audio' | 'video' | 'sticker'
  /** Where the provider fetches it. */
  readonly url: string | null // null: it is one of ours
  /** One of ours. */
  readonly mediaId: string | null // null: it is at `url`
  readonly caption: string | null
  readonly fileName: string | null
}

/** A text that the provider has approved before, with values for its places. */
export interface ChatTemplate {
  readonly kind: 'template'
  readonly templateId: string
  readonly language: { readonly policy: 'fallback' | 'deterministic' | null; readonly code: string | null }
  readonly parameters: readonly string[]
}

/** One line for lists and explanations. */
export function textOfContent(content: ChatContent): string {
  switch (content.kind) {
    case 'text':
      return content.text
    case 'url':
      return content.url
    case 'media':
      return content.caption ?? content.fileName ?? content.url ?? content.type
    case 'template':
      return [content.templateId, ...content.parameters].join(' ')
  }
}
