import type { ChatChannel } from '../../chat/chat.ts'

/** The wire's word for a channel. */
export type WireChannel = (typeof WIRE_CHANNELS)[number]
export const WIRE_CHANNELS = ['sms', 'whatsapp', 'tyntecEcho'] as const

/** The vendor's, that nothing here sends over. */
export const CHANNELS_NOT_BUILT: readonly string[] = ['viber', 'rcs', 'mms']

export function channelOf(channel: WireChannel): ChatChannel {
  return channel === 'tyntecEcho' ? 'echo' : channel
}

export function wireChannelOf(channel: ChatChannel): WireChannel {
  return channel === 'echo' ? 'tyntecEcho' : channel
}
