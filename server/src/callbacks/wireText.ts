import type { ChatChannel } from '../chat/chat.ts'

/** The wire's word for a channel. */
export function wireChannel(channel: ChatChannel): string {
  return channel === 'echo' ? 'tyntecEcho' : channel
}

/** yyyy-MM-ddTHH:mm:ssZ */
export function wireTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
