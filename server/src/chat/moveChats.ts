import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { MessageIntake } from '../messages/intake.ts'
import type { Message } from '../messages/message.ts'
import { advanceChain, type ChainEvent, type ChainMove, type StepNews } from './chain.ts'
import type { ChatMessage, ChatStatus } from './chat.ts'
import { insertEvents, type NewChatEvent } from './chatEvents.ts'
import type { ChatHappening, ChatStatusEvent, ChatStatusHappening, NotifyOfChats } from './chatHappening.ts'
import type { ChatInbound } from './chatInbound.ts'
import { holdChats, holdWaiting, type StoredChat, updateChats } from './chatRows.ts'
import { echoReply } from './echoReply.ts'
import { insertInbound } from './inboundRows.ts'
import { type ComposeDependencies, composeStep, stepAt } from './stepMessage.ts'

export interface ChatDependencies extends ComposeDependencies {
  readonly intake: () => Pick<MessageIntake, 'composeSms' | 'composeChat' | 'write'>
  readonly notify: NotifyOfChats
}

/** News of a message that was sent for a step. */
export interface ChatNews {
  readonly chatId: string
  readonly messageId: string
  readonly news: StepNews
  /** When it happened, and when we heard of it. */
  readonly at: number
  readonly heardAt: number
}

/**
 * Moves chat messages on their chains, in the transaction of the news: their history, what is told of it, the messages
 * of the steps that begin now, and those of a bulk that were waiting for it. A new message without a route is rejected
 * at once, and its news come here again before this is over; chains end, so that ends, too.
 */
export async function moveChats(
  tx: Transaction,
  heard: readonly ChatNews[],
  dependencies: ChatDependencies,
): Promise<AfterCommit> {
  const held = await holdChats(
    tx,
    heard.map(({ chatId }) => chatId),
  )
  const moves = movesOf(held, heard, dependencies)
  if (moves.chats.size === 0) return () => {}
  const chats = [...moves.chats.values()]
  updateChats(tx, chats)
  insertEvents(tx, moves.events)
  if (moves.replies.length > 0) insertInbound(tx, moves.replies)
  const told = dependencies.notify(tx, moves.happenings)
  const begun = [...moves.begun, ...(await release(tx, chats, dependencies))]
  if (begun.length === 0) return told
  const written = await dependencies.intake().write(tx, begun)
  return () => {
    told()
    written()
  }
}

/** What all the news together come to. */
interface Moves {
  /** As they are now, by id: those that moved. */
  readonly chats: Map<string, StoredChat>
  readonly events: NewChatEvent[]
  readonly happenings: ChatHappening[]
  readonly begun: Message[]
  readonly replies: ChatInbound[]
}

function movesOf(held: readonly StoredChat[], heard: readonly ChatNews[], dependencies: ChatDependencies): Moves {
  const moves: Moves = { chats: new Map(), events: [], happenings: [], begun: [], replies: [] }
  const known = new Map(held.map((chat) => [chat.message.id, chat]))
  for (const one of heard) {
    const chat = moves.chats.get(one.chatId) ?? known.get(one.chatId)
    // Late news of a step that was given up: the next one has a message of its own.
    if (chat === undefined || chat.messageId !== one.messageId) continue
    const { step, status, steps } = chat.message
    const move = advanceChain({ step, status, dispatched: chat.dispatched }, one.news, steps.length)
    if (move !== null) enter(moves, chat, { move, heard: one, dependencies })
  }
  return moves
}

function enter(
  moves: Moves,
  chat: StoredChat,
  { move, heard, dependencies }: { move: ChainMove; heard: ChatNews; dependencies: ChatDependencies },
): void {
  const { state, events, begins } = move
  const begun = begins ? composeStep(chat.message, state.step, dependencies) : null
  // Clocks of carriers and nodes differ; a history does not go back.
  const at = Math.max(chat.message.updatedAt, Math.min(heard.at, heard.heardAt))
  const now = Math.max(chat.message.updatedAt, heard.heardAt)
  const after = events.map((event) => messageAfter(chat.message, event, { next: state.step, now }))
  for (const [index, event] of events.entries()) {
    const message = after[index] ?? chat.message
    const happening = statusHappening(message, event, at)
    const { channel, details } = happening
    moves.events.push({
      chatId: message.id,
      number: chat.events + index + 1,
      at,
      state: event.state,
      channel,
      details,
    })
    moves.happenings.push(happening)
    const reply = event.state === 'success' ? replyTo(message, now) : null
    if (reply !== null) {
      moves.replies.push(reply)
      moves.happenings.push({ kind: 'inbound', inbound: reply })
    }
  }
  if (begun !== null) moves.begun.push(begun)
  moves.chats.set(chat.message.id, {
    ...chat,
    message: after.at(-1) ?? chat.message,
    messageId: begun?.id ?? chat.messageId,
    dispatched: state.dispatched,
    events: chat.events + events.length,
  })
}

/** The message as one event leaves it. */
function messageAfter(
  message: ChatMessage,
  { step, told, details }: ChainEvent,
  { next, now }: { readonly next: number; readonly now: number },
): ChatMessage {
  const status = STATUS_AFTER[told]
  const current = told === 'channelFailed' ? next : step
  return {
    ...message,
    step: current,
    channel: stepAt(message.steps, current).channel,
    status,
    updatedAt: now,
    finishedAt: status === 'accepted' ? null : now,
    error: status === 'accepted' ? null : details,
  }
}

const STATUS_AFTER: Record<ChatStatusEvent, ChatStatus> = {
  accepted: 'accepted',
  dispatched: 'accepted',
  channelFailed: 'accepted',
  delivered: 'delivered',
  seen: 'seen',
  failed: 'failed',
  unknown: 'unknown',
}

export function statusHappening(
  message: ChatMessage,
  { step, told: event, details }: ChainEvent,
  at: number,
): ChatStatusHappening {
  const { channel, sender: number } = stepAt(message.steps, step)
  return { kind: 'status', message, event, at, channel, number, details }
}

/** Null: the step that succeeded sends nothing back. */
function replyTo(message: ChatMessage, at: number): ChatInbound | null {
  const { channel, replyBack } = stepAt(message.steps, message.step)
  return channel === 'echo' && replyBack ? echoReply(message, at) : null
}

/** Begins those that waited in their bulks for one of these; gives their messages. */
async function release(
  tx: Transaction,
  chats: readonly StoredChat[],
  dependencies: ChatDependencies,
): Promise<Message[]> {
  const sent = chats.filter(
    ({ message, dispatched }) => message.bulkId !== null && (dispatched || message.status !== 'accepted'),
  )
  if (sent.length === 0) return []
  const waiting = await holdWaiting(
    tx,
    sent.map(({ message }) => message.id),
  )
  if (waiting.length === 0) return []
  const begun = waiting.map((chat) => ({ chat, first: composeStep(chat.message, 0, dependencies) }))
  updateChats(
    tx,
    begun.map(({ chat, first }) => ({ ...chat, messageId: first.id, waitsFor: null })),
  )
  return begun.map(({ first }) => first)
}
