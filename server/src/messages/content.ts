import type { Sealer } from '../sealer.ts'
import { type ChatContent, textOfContent } from './chatContent.ts'
import type { Message } from './message.ts'

/** What a channel needs besides the body: the true text where the body only shows what may be seen, and so on. */
interface Content {
  readonly sealedText?: string
  readonly language?: string // ISO 639-1, of a call
  readonly chat?: ChatPayload
}

/** What a message of a chat channel is besides its body. */
export interface ChatPayload {
  readonly content: ChatContent
  /** The carrier's id of the message that it answers. */
  readonly replyTo: string | null // null: it answers none
}

/** A text as it is stored: what may be shown of it, and the text itself sealed where that is not all of it. */
export interface StoredText {
  readonly body: string
  readonly content: string | null
}

/** The text of a message, and which message it is. */
export interface TextToStore {
  readonly id: string
  readonly text: string
  readonly shown: string | null // null: the text is no secret
  readonly language?: string // ISO 639-1
}

export function storeText(sealer: Sealer, { id, text, shown, language }: TextToStore): StoredText {
  const content: Content = {
    ...(shown === null ? {} : { sealedText: sealer.seal(text, placeOf(id)) }),
    ...(language === undefined ? {} : { language }),
  }
  return { body: shown ?? text, content: Object.keys(content).length === 0 ? null : JSON.stringify(content) }
}

/** The text that goes out. Null: it was sealed under another secret, or a carrier has it by now and it is wiped. */
export function openText(sealer: Sealer, { id, body, content }: Message): string | null {
  if (content === null) return body
  const { sealedText } = JSON.parse(content) as Content
  return sealedText === undefined ? body : sealer.open(sealedText, placeOf(id))
}

/** The language of a call's text; English where none was stored. */
export function languageOf({ content }: Message): string {
  return (content === null ? undefined : (JSON.parse(content) as Content).language) ?? 'en'
}

/** The body is what lists show of it. */
export function storeChat(payload: ChatPayload): StoredText {
  return { body: textOfContent(payload.content), content: JSON.stringify({ chat: payload } satisfies Content) }
}

/** Null: a carrier has it by now and it is wiped. */
export function openChat({ content }: Message): ChatPayload | null {
  return content === null ? null : ((JSON.parse(content) as Content).chat ?? null)
}

function placeOf(messageId: string): string {
  return `messages.content ${messageId}`
}
