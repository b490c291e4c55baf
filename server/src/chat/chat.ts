import type { ChatContent } from '../messages/chatContent.ts'
import type { IdempotencyClaim, KeyedAnswer } from '../messages/idempotency.ts'
import type { E164 } from '../numbers/address.ts'

/**
 * What a customer wants one person to get, on the first channel of a chain that succeeds, and what became of it. Each
 * step of the chain that is tried is a message of its own, of the origin 'chat' and this id. Times are epoch milliseconds.
 */
export interface ChatMessage {
  readonly id: string // UUID
  readonly accountId: string
  readonly recipient: E164
  /** At least one. */
  readonly steps: readonly ChatStep[]
  /** Index of the step that is under way, or that decided. */
  readonly step: number
  readonly status: ChatStatus
  /** Of that step. */
  readonly channel: ChatChannel
  /** The request, as it is read back. */
  readonly stored: object
  /** The customer's own word, repeated in notifications. */
  readonly context: string | null
  /** Where this message's notifications go; null: where the account's settings say. */
  readonly callbackUrl: string | null
  readonly bulkId: string | null // null: it was sent alone
  readonly acceptedAt: number
  readonly updatedAt: number
  /** The newest of its final states; it is gone CHAT_RETENTION_MS later. */
  readonly finishedAt: number | null // null: not final
  /** Why it is failed or unknown. */
  readonly error: ChatDetails | null
}

/** The wire says tyntecEcho for echo; only the API knows. */
export type ChatChannel = 'sms' | 'whatsapp' | 'echo'

/** All but accepted are final; a delivered message may still be seen. */
export type ChatStatus = 'accepted' | 'delivered' | 'seen' | 'failed' | 'unknown'

/** One channel of a chain, and what goes over it. */
export interface ChatStep {
  readonly channel: ChatChannel
  /** The account's number, or name, at the channel. */
  readonly sender: string
  readonly content: ChatContent
  /** How long the channel has before the next one is tried; the last one has 48 hours. */
  readonly waitMs: number | null // null: the account's
  /** Echo: the content comes back as a message of the recipient. */
  readonly replyBack: boolean
}

/** Why a channel failed: `whatsapp::error::131049` and the provider's words; our own reasons say `internal`. */
export interface ChatDetails {
  readonly code: string
  readonly message: string
}

/** An entry of a message's history. */
export interface ChatEvent {
  readonly at: number
  readonly state: ChatEventState
  readonly channel: ChatChannel
  readonly details: ChatDetails | null
}

/**
 * accepted: by us, once a message. Of each step: dispatched, its channel has it; dispatching_failed, the channel never
 * took it; success, delivered; seen; failed, not delivered; unknown, nobody said within the wait.
 */
export type ChatEventState =
  | 'accepted'
  | 'dispatched'
  | 'dispatching_failed'
  | 'success'
  | 'failed'
  | 'unknown'
  | 'seen'

/** Everything a customer does with chat messages. An id of another account is as unknown as one that never was. */
export interface Chats {
  /**
   * Resolves when the message is on disk, with all that follows from it at once. With a claim of a key that was used
   * before, nothing is sent.
   * @throws DatabaseUnavailable where the store is away; it may have been accepted all the same.
   */
  send(order: ChatOrder, claim: ClaimFor<AcceptedChat> | null): Promise<AcceptedChat | Repeated | Busy>
  /**
   * Messages for one recipient: each is sent once the one before is with its carrier, or final. All are accepted, or
   * none; a key is claimed for all together. There is at least one.
   * @throws DatabaseUnavailable as `send` does.
   */
  sendBulk(orders: readonly ChatOrder[], claim: ClaimFor<AcceptedBulk> | null): Promise<AcceptedBulk | Repeated | Busy>
  /** Null: no such message of the account, or its final state is CHAT_RETENTION_MS past. */
  read(accountId: string, id: string): Promise<ChatMessage | null>
  /** Oldest first; null as of `read`. */
  events(accountId: string, id: string): Promise<ChatEvent[] | null>
}

export interface ChatOrder {
  readonly accountId: string
  readonly recipient: E164
  /** At least one. */
  readonly steps: readonly ChatStep[]
  readonly stored: object
  readonly context: string | null
  readonly callbackUrl: string | null
}

/** What claims the key under which something is sent once: asked before the commit, with what it would accept. */
export type ClaimFor<Accepted> = (accepted: Accepted) => IdempotencyClaim

export interface AcceptedChat {
  readonly kind: 'accepted'
  readonly message: ChatMessage
}

export interface AcceptedBulk {
  readonly kind: 'accepted'
  readonly bulkId: string
  /** In the order of the orders. */
  readonly messages: readonly ChatMessage[]
}

/** The key was used before; nothing was accepted now. */
export interface Repeated {
  readonly kind: 'repeated'
  readonly earlier: KeyedAnswer
}

/** Too many wait to be stored; nothing was accepted. */
export interface Busy {
  readonly kind: 'busy'
}
