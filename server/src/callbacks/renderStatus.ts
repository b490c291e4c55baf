import type { ChatStatusEvent, ChatStatusHappening } from '../chat/chatHappening.ts'
import type { CallbackVersion } from './callbackSettings.ts'
import { numberKey } from './placeKey.ts'
import { wireChannel, wireTime } from './wireText.ts'

/** The name of a status event, as filters choose it. */
export function statusEventName(event: ChatStatusEvent): string {
  return `MessageStatus::${event}`
}

/**
 * The body of a status notification, as JSON text. Events of version 2 have the fields of 1.1 and of the Chat API's
 * version 2 as well, so that one setting serves clients of all three. Null: the version does not tell of this event.
 */
export function renderStatus(happening: ChatStatusHappening, version: CallbackVersion): string | null {
  switch (version) {
    case '1.1':
      return FINAL.has(happening.event) ? JSON.stringify(renderStatusOf1(happening)) : null
    case '2.11':
    case '2.12':
    case '2.13':
      return JSON.stringify({ ...renderStatusOf1(happening), ...renderStatusOf3(happening) })
    case '3':
      return JSON.stringify(renderStatusOf3(happening))
  }
}

/** The Chat API's version 1.1 notifies of what ends a message, and of nothing before. */
const FINAL: ReadonlySet<ChatStatusEvent> = new Set(['delivered', 'seen', 'failed', 'unknown'])

function renderStatusOf1({ message, event, channel }: ChatStatusHappening) {
  return { messageId: message.id, deliveryChannel: wireChannel(channel), status: STATUS[event] }
}

/** While there are channels left to try, a message is accepted and no more. */
const STATUS = {
  accepted: 'accepted',
  dispatched: 'accepted',
  channelFailed: 'accepted',
  delivered: 'delivered',
  seen: 'seen',
  failed: 'failed',
  unknown: 'unknown',
} as const satisfies Record<ChatStatusEvent, string>

function renderStatusOf3({ message, event, at, channel, number, details }: ChatStatusHappening) {
  return {
    messageId: message.id,
    event: statusEventName(event),
    channel: wireChannel(channel),
    from: numberKey(number),
    to: numberKey(message.recipient),
    timestamp: wireTime(at),
    ...(message.context === null ? {} : { userContext: message.context }),
    ...(details === null ? {} : { details: { code: details.code, message: details.message } }),
  }
}
