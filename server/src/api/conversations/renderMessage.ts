import type { ChatEvent, ChatEventState, ChatMessage } from '../../chat/chat.ts'
import { wireChannelOf } from '../chat/channels.ts'
import type { MessageEvents, MessageStatus } from './schema.ts'

export function renderStatus({ id, status, updatedAt, channel, context, error }: ChatMessage): MessageStatus {
  return {
    messageId: id,
    status,
    timestamp: new Date(updatedAt).toISOString(),
    deliveryChannel: wireChannelOf(channel),
    ...(context === null ? {} : { context }),
    ...(error === null ? {} : { details: error }),
  }
}

/** The events of a message under the names by which customers are notified of them. */
export function renderEvents(message: ChatMessage, events: readonly ChatEvent[]): MessageEvents {
  const ended = message.status === 'failed' || message.status === 'unknown' ? message.status : null
  const ending = ended === null ? -1 : events.findLastIndex(({ state }) => FAILURES.has(state))
  return {
    messageId: message.id,
    events: events.map(({ at, state, channel, details }, index) => ({
      timestamp: new Date(at).toISOString(),
      event: `MessageStatus::${index === ending ? ended : NAMES[state]}`,
      channel: wireChannelOf(channel),
      ...(details === null ? {} : { details }),
    })),
  }
}

const FAILURES: ReadonlySet<ChatEventState> = new Set(['dispatching_failed', 'failed', 'unknown'])

/** A failure that is not the end: the next channel was tried. */
const NAMES: Readonly<Record<ChatEventState, string>> = {
  accepted: 'accepted',
  dispatched: 'dispatched',
  success: 'delivered',
  seen: 'seen',
  dispatching_failed: 'channelFailed',
  failed: 'channelFailed',
  unknown: 'channelFailed',
}
