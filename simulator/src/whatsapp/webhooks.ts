import { createHmac } from 'node:crypto'
import type { Timers } from '../timers.ts'
import { BUSINESS_ACCOUNT_ID, type BusinessNumber } from './businessNumbers.ts'

/**
 * POSTs notifications to the businesses, signed. What is about one message is tried in order, one at a time; what is
 * not answered 200 is tried again later, so that later news may overtake it, as with Meta.
 */
export class Webhooks {
  readonly #timers: Timers
  /** By what they are about: the last first try that is under way. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #retries = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  #waiting = 0

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** @param about the message's id */
  tell(business: BusinessNumber, about: string, news: ChatNews): void {
    if (this.#abort.signal.aborted || this.#waiting >= WAITING_MAX) return
    this.#waiting += 1
    const body = JSON.stringify(renderNotification(business, news))
    const before = this.#last.get(about) ?? Promise.resolve()
    const mine = before
      .then(() => this.#post(business, body, 1))
      .then(() => {
        if (this.#last.get(about) === mine) this.#last.delete(about)
      })
    this.#last.set(about, mine)
  }

  /** Drops what is under way. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.all([...this.#last.values(), ...this.#retries])
  }

  async #post(business: BusinessNumber, body: string, tries: number): Promise<void> {
    if (await this.#isTaken(business, body)) {
      this.#waiting -= 1
    } else if (tries < TRIES_MAX && !this.#abort.signal.aborted) {
      this.#timers.after(Math.min(RETRY_MS_MIN * 2 ** (tries - 1), RETRY_MS_MAX), () => {
        const retry = this.#post(business, body, tries + 1).finally(() => this.#retries.delete(retry))
        this.#retries.add(retry)
      })
    } else {
      this.#waiting -= 1
    }
  }

  async #isTaken({ webhookUrl, appSecret }: BusinessNumber, body: string): Promise<boolean> {
    try {
      const response = await fetch(webhookUrl(), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(appSecret, body) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      await response.body?.cancel()
      return response.status === 200
    } catch {
      // Nobody there, or too slow: the next try is all that can be done about it.
      return false
    }
  }
}

/** What a notification tells: either what became of a message, or what a person wrote. */
export interface ChatNews {
  readonly statuses?: readonly object[]
  readonly contacts?: readonly object[]
  readonly messages?: readonly object[]
}

function renderNotification({ number, phoneNumberId }: BusinessNumber, news: ChatNews): object {
  const metadata = { display_phone_number: number, phone_number_id: phoneNumberId }
  const value = { messaging_product: 'whatsapp', metadata, ...news }
  const entry = [{ id: BUSINESS_ACCOUNT_ID, changes: [{ value, field: 'messages' }] }]
  return { object: 'whatsapp_business_account', entry }
}

/** Header X-Hub-Signature-256: HMAC-SHA256 of the bytes of the body, in hexadecimal. */
export function sign(appSecret: string, body: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}

/** Notifications not taken yet; more than these are dropped. */
const WAITING_MAX = 10_000
const TRIES_MAX = 12
const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 60_000
const TIMEOUT_MS = 10_000
