import { RecentMap } from '../recentMap.ts'

/** A chat message as its reader sees it. */
export interface HandsetChat {
  /** Meta's id of the message. */
  readonly id: string
  readonly from: string // with +
  readonly to: string // with +
  readonly at: string // ISO 8601, when it arrived
  readonly type: string
  /** What can be read: the text, the caption, the template filled in. */
  readonly text: string | null // null: nothing
  /** What was sent under the name of its type, as it came. */
  readonly content: Readonly<Record<string, unknown>>
  /** Of a file that was uploaded. */
  readonly media: HandsetMedia | null // null: there is none, or it is somewhere else
  /** Meta's id of the message that it answers. */
  readonly replyTo: string | null
  readonly read: boolean
}

export interface HandsetMedia {
  readonly id: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly sha256: string // hexadecimal
}

/** What every phone received. Numbers are digits without +. */
export class ChatHandsets {
  readonly #chats = new RecentMap<string, HandsetChat[]>(HANDSETS_MAX)

  receive(number: string, chat: HandsetChat): void {
    const chats = this.#chats.get(number) ?? []
    chats.push(chat)
    if (chats.length > CHATS_PER_HANDSET_MAX) chats.shift()
    this.#chats.set(number, chats)
  }

  /** False: the phone does not have it. */
  markRead(number: string, id: string): boolean {
    const chats = this.#chats.get(number) ?? []
    const index = chats.findIndex((chat) => chat.id === id)
    const chat = chats[index]
    if (chat !== undefined) chats[index] = { ...chat, read: true }
    return chat !== undefined
  }

  /** Oldest first. */
  chats(number: string): readonly HandsetChat[] {
    return this.#chats.get(number) ?? []
  }

  clear(number: string): void {
    this.#chats.delete(number)
  }
}

const HANDSETS_MAX = 10_000
const CHATS_PER_HANDSET_MAX = 100
