import type { Transaction } from '../db/database.ts'
import type { AfterCommit, BatchStep } from '../db/groupCommit.ts'
import { inSlices } from '../inSlices.ts'
import { hasKey, type KeyedEntry, writeOnce } from '../messages/idempotency.ts'
import type { Message } from '../messages/message.ts'
import type { ChainEvent } from './chain.ts'
import type { ChatMessage } from './chat.ts'
import { insertEvents, type NewChatEvent } from './chatEvents.ts'
import type { ChatHappening } from './chatHappening.ts'
import { insertChats, type StoredChat } from './chatRows.ts'
import { type ChatDependencies, statusHappening } from './moveChats.ts'

/** Chat messages that are accepted together, on their way into the store. */
export interface SendEntry extends KeyedEntry {
  readonly chats: readonly NewChat[]
  /** The first of them. */
  readonly message: ChatMessage
  accepted(): void
  failed(error: unknown): void
}

export interface NewChat {
  readonly chat: StoredChat
  /** What the first step sends. */
  readonly first: Message | null // null: it waits for its turn in a bulk
}

/** Records chat messages with what their first steps send, and what is told of them, in one transaction. */
export function sendChats({ intake, notify }: Pick<ChatDependencies, 'intake' | 'notify'>): BatchStep<SendEntry> {
  return {
    name: 'send chats',
    urgent: true,
    write(tx, entries) {
      return entries.some(hasKey) ? writeOnce(tx, entries, write) : write(tx, entries)
    },
    failed(entries, error) {
      for (const entry of entries) entry.failed(error)
    },
  }

  function write(tx: Transaction, entries: readonly SendEntry[]): AfterCommit | Promise<AfterCommit> {
    const chats = entries.flatMap((entry) => entry.chats)
    insertChats(
      tx,
      chats.map(({ chat }) => chat),
    )
    insertEvents(tx, chats.map(acceptedEvent))
    const told = notify(tx, chats.map(acceptedHappening))
    const written = intake().write(
      tx,
      chats.flatMap(({ first }) => first ?? []),
    )
    return written instanceof Promise ? written.then(settle) : settle(written)

    function settle(dispatch: AfterCommit): AfterCommit {
      return () => {
        inSlices(entries, (entry) => entry.accepted())
        told()
        dispatch()
      }
    }
  }
}

const ACCEPTED: ChainEvent = { step: 0, state: 'accepted', told: 'accepted', details: null }

function acceptedEvent({ chat: { message } }: NewChat): NewChatEvent {
  const { id: chatId, acceptedAt: at, channel } = message
  return { chatId, number: 1, at, state: 'accepted', channel, details: null }
}

function acceptedHappening({ chat: { message } }: NewChat): ChatHappening {
  return statusHappening(message, ACCEPTED, message.acceptedAt)
}
