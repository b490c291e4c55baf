import type { ChatDetails, ChatEvent, ChatMessage } from '../../chat/chat.ts'
import { type WireChannel, wireChannelOf } from './channels.ts'
import type { MessageHistory, MessageHistoryV2, MessageStatus, MessageStatusV2 } from './schema.ts'

/** The request as it counts, with the id it was given. */
export function renderStored({ id, stored }: ChatMessage): object {
  return { messageId: id, ...stored }
}

export function renderStatus({ id, channel, status }: ChatMessage): MessageStatus {
  return { messageId: id, deliveryChannel: wireChannelOf(channel), status }
}

export function renderStatusV2(message: ChatMessage): MessageStatusV2 {
  const { id, channel, status, steps, step, context, error } = message
  const wireChannel = wireChannelOf(channel)
  return {
    messageId: id,
    event: `MessageStatus::${status}`,
    channel: wireChannel,
    deliveryChannel: wireChannel,
    // Numbers go without their + in what this version of the API tells of.
    from: (steps[step]?.sender ?? '').replace(/^\+/, ''),
    status,
    timestamp: new Date(message.updatedAt).toISOString(),
    ...(context === null ? {} : { userContext: context }),
    ...(error === null ? {} : { details: error }),
  }
}

export function renderHistory({ id }: ChatMessage, events: readonly ChatEvent[]): MessageHistory {
  return {
    messageId: id,
    history: events.map((event) => {
      const { channel, at, ...rest } = shownEvent(event)
      return { deliveryChannel: channel, happendAt: at, ...rest }
    }),
  }
}

export function renderHistoryV2({ id }: ChatMessage, events: readonly ChatEvent[]): MessageHistoryV2 {
  return {
    messageId: id,
    history: events.map((event) => {
      const { channel, at, ...rest } = shownEvent(event)
      return { channel, deliveryChannel: channel, happenedAt: at, ...rest }
    }),
  }
}

interface ShownEvent {
  readonly channel: WireChannel
  readonly at: string
  readonly state: MessageHistory['history'][number]['state']
  readonly details?: ChatDetails
}

/** The wire has no state for a message that was seen: it is a second success, whose details tell. */
function shownEvent({ at, channel, state, details }: ChatEvent): ShownEvent {
  const told = state === 'seen' ? SEEN : details
  return {
    channel: wireChannelOf(channel),
    at: new Date(at).toISOString(),
    state: state === 'seen' ? 'success' : state,
    ...(told === null ? {} : { details: told }),
  }
}

const SEEN: ChatDetails = { code: 'seen', message: 'the recipient has read the message' }
