import type { ChatChannel } from '../chat/chat.ts'

/** One number of a channel as settings, signers and flows are looked up by it. */
export function placeKey(channel: ChatChannel, number: string): string {
  return `${channel} ${numberKey(number)}`
}

/** A number in the one way in which numbers are compared and told: digits without the +. Names stay as they are. */
export function numberKey(number: string): string {
  return NUMBER_WITH_PLUS.test(number) ? number.slice(1) : number
}

const NUMBER_WITH_PLUS = /^\+[0-9]+$/
