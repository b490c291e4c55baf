import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { ChatChannel, ChatDetails, ChatMessage } from './chat.ts'
import type { ChatInbound } from './chatInbound.ts'

/** Something that customers are told of. */
export type ChatHappening = ChatStatusHappening | { readonly kind: 'inbound'; readonly inbound: ChatInbound }

export interface ChatStatusHappening {
  readonly kind: 'status'
  /** As the happening leaves it. */
  readonly message: ChatMessage
  readonly event: ChatStatusEvent
  readonly at: number
  /** Of the step that it is about. */
  readonly channel: ChatChannel
  /** The sender of that step. */
  readonly number: string
  readonly details: ChatDetails | null
}

/** channelFailed: the next channel is tried. failed, unknown: there is none left. */
export type ChatStatusEvent = 'accepted' | 'dispatched' | 'delivered' | 'seen' | 'channelFailed' | 'failed' | 'unknown'

/** Writes what customers are owed, in the transaction of what happened; call what it gives back after the commit. */
export type NotifyOfChats = (tx: Transaction, happenings: readonly ChatHappening[]) => AfterCommit
