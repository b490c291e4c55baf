import { RecentMap } from './recentMap.ts'

/** An SMS as its reader sees it: put together, decoded. */
export interface HandsetMessage {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly at: string // ISO 8601, when the last part came
  readonly parts: number
  readonly encoding: 'gsm7' | 'latin1' | 'ucs2' | 'binary' // binary: `text` is hexadecimal
  readonly flash: boolean
}

export interface HandsetLimits {
  /** So many handsets are always kept: those that received something last. */
  readonly handsetsMax: number
  readonly messagesPerHandsetMax: number
  /** Over all handsets; at least twice `handsetsMax`. When it is reached every handset forgets its older half. */
  readonly messagesMax: number
}

/** What every number received. Numbers are digits without +. */
export class Handsets {
  readonly #limits: HandsetLimits
  readonly #messages: RecentMap<string, HandsetMessage[]>
  /** Never too low; too high by what was forgotten since it was last counted. */
  #total = 0

  constructor(limits: HandsetLimits = handsetLimits) {
    this.#limits = limits
    this.#messages = new RecentMap(limits.handsetsMax)
  }

  receive(number: string, message: HandsetMessage): void {
    const messages = this.#messages.get(number) ?? []
    messages.push(message)
    // Cut at twice the limit, so that a busy handset is not moved in memory on every message.
    if (messages.length >= 2 * this.#limits.messagesPerHandsetMax)
      messages.splice(0, this.#limits.messagesPerHandsetMax)
    this.#messages.set(number, messages)
    this.#total += 1
    if (this.#total > this.#limits.messagesMax) this.#forgetOlderHalves()
  }

  /** Oldest first. */
  messages(number: string): readonly HandsetMessage[] {
    return (this.#messages.get(number) ?? []).slice(-this.#limits.messagesPerHandsetMax)
  }

  /** False: it had nothing. */
  clear(number: string): boolean {
    return this.#messages.delete(number)
  }

  clearAll(): void {
    this.#messages.clear()
  }

  /** The handsets that received something last, the latest first. */
  list(count: number): { readonly number: string; readonly messages: number; readonly lastAt: string }[] {
    const handsets = [...this.#messages.entries()].map(([number, messages]) => ({
      number,
      messages: Math.min(messages.length, this.#limits.messagesPerHandsetMax),
      lastAt: messages.at(-1)?.at ?? '',
    }))
    return handsets.sort((left, right) => (left.lastAt < right.lastAt ? 1 : -1)).slice(0, count)
  }

  #forgetOlderHalves(): void {
    const { messagesMax } = this.#limits
    if (this.#count() > messagesMax / 2) {
      for (const [, messages] of this.#messages.entries()) messages.splice(0, Math.floor(messages.length / 2))
    }
    this.#total = this.#count()
  }

  #count(): number {
    let count = 0
    for (const [, messages] of this.#messages.entries()) count += messages.length
    return count
  }
}

export const handsetLimits: HandsetLimits = {
  handsetsMax: 10_000,
  messagesPerHandsetMax: 1_000,
  messagesMax: 200_000,
}
