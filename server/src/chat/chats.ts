import assert from 'node:assert/strict'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { GroupCommit } from '../db/groupCommit.ts'
import type { IdempotencyClaim } from '../messages/idempotency.ts'
import type { AcceptedBulk, AcceptedChat, Busy, ChatMessage, ChatOrder, Chats, Repeated } from './chat.ts'
import { readEvents } from './chatEvents.ts'
import type { ChatDependencies } from './moveChats.ts'
import { readChat } from './readChats.ts'
import { type NewChat, sendChats } from './sendChats.ts'
import { assertSendable, composeStep, stepAt } from './stepMessage.ts'

export interface ChatsOptions extends ChatDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly commits: GroupCommit
}

/** Chat messages: those of their steps go the way of every message, and share the group commit with them. */
export function createChats(options: ChatsOptions): Chats {
  const { db, clock, newId, commits } = options
  const sends = commits.add(sendChats(options))

  return {
    async send(order, claim) {
      const chat = newChat(order, { bulkId: null, waitsFor: null })
      const accepted: AcceptedChat = { kind: 'accepted', message: chat.chat.message }
      return accept([chat], accepted, claim?.(accepted) ?? null)
    },

    async sendBulk(orders, claim) {
      const bulkId = newId()
      const chats: NewChat[] = []
      for (const order of orders) {
        chats.push(newChat(order, { bulkId, waitsFor: chats.at(-1)?.chat.message.id ?? null }))
      }
      const accepted: AcceptedBulk = { kind: 'accepted', bulkId, messages: chats.map(({ chat }) => chat.message) }
      return accept(chats, accepted, claim?.(accepted) ?? null)
    },

    async read(accountId, id) {
      return readChat(db, { accountId, id, now: clock.now() })
    },

    async events(accountId, id) {
      const found = await readChat(db, { accountId, id, now: clock.now() })
      return found === null ? null : readEvents(db, found.id)
    },
  }

  function accept<Accepted>(
    chats: readonly NewChat[],
    accepted: Accepted,
    idempotency: IdempotencyClaim | null,
  ): Promise<Accepted | Repeated | Busy> {
    const [first] = chats
    assert(first !== undefined, 'nothing is sent')
    return new Promise((resolve, reject) => {
      const taken =
        sends.length < ENTRIES_WAITING_MAX &&
        sends.push({
          chats,
          message: first.chat.message,
          idempotency,
          accepted: () => resolve(accepted),
          repeated: (earlier) => resolve({ kind: 'repeated', earlier }),
          failed: reject,
        })
      if (!taken) resolve({ kind: 'busy' })
    })
  }

  function newChat(
    order: ChatOrder,
    { bulkId, waitsFor }: { bulkId: string | null; waitsFor: string | null },
  ): NewChat {
    assertSendable(order.steps)
    const now = clock.now()
    const message: ChatMessage = {
      ...order,
      id: newId(),
      step: 0,
      status: 'accepted',
      channel: stepAt(order.steps, 0).channel,
      bulkId,
      acceptedAt: now,
      updatedAt: now,
      finishedAt: null,
      error: null,
    }
    const first = waitsFor === null ? composeStep(message, 0, options) : null
    return { chat: { message, messageId: first?.id ?? null, dispatched: false, waitsFor, events: 1 }, first }
  }
}

/** Sends whose callers wait for the commit; more are told to come again. */
const ENTRIES_WAITING_MAX = 10_000
