import { createHmac } from 'node:crypto'
import type { Call, CallEvent, CallStatus } from './call.ts'

/** Tells the caller's server how calls go on: each call's events in order, one at a time. */
export class Callbacks {
  /** The last callback of each call that has one under way. */
  readonly #last = new Map<string, Promise<void>>()
  readonly #abort = new AbortController()

  /** Queues one event, if the call's order asks for it. */
  tell({ sid, order }: Call, { event, ...facts }: CallNews): void {
    const { callback } = order
    if (callback === null || !callback.events.includes(event) || this.#abort.signal.aborted) return
    const form = new URLSearchParams({
      CallSid: sid,
      AccountSid: order.accountSid,
      From: order.from,
      To: order.to,
      Called: order.to,
      Caller: order.from,
      CallStatus: facts.status,
      ApiVersion: '2010-04-01',
      Direction: 'outbound-api',
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(facts.sequence),
      Timestamp: new Date(facts.at).toUTCString().replace('GMT', '+0000'),
      ...(facts.durationSeconds === null ? {} : { CallDuration: String(facts.durationSeconds) }),
    })
    const before = this.#last.get(sid) ?? Promise.resolve()
    const mine = before
      .then(() => this.#post(callback.url, form, order.authToken))
      .then(() => {
        if (this.#last.get(sid) === mine) this.#last.delete(sid)
      })
    this.#last.set(sid, mine)
  }

  /** Drops what is under way. */
  async close(): Promise<void> {
    this.#abort.abort()
    await Promise.all(this.#last.values())
  }

  /** One try, and a second one where nothing answered; what the answer says changes nothing, as with Twilio. */
  async #post(url: string, form: URLSearchParams, authToken: string): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX && !this.#abort.signal.aborted; tries++) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'x-twilio-signature': sign(authToken, url, form) },
          body: form,
          redirect: 'manual',
          signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
        })
        await response.body?.cancel()
        return
      } catch {
        // Nobody there, or too slow: the next try is all that can be done about it.
      }
    }
  }
}

/** One thing that happened to a call. */
export interface CallNews {
  readonly event: CallEvent
  readonly status: CallStatus
  readonly sequence: number
  readonly at: number // epoch ms
  readonly durationSeconds: number | null // null: it goes on
}

/** Header X-Twilio-Signature: HMAC-SHA1 of the URL and the sorted parameters, in Base64. */
export function sign(authToken: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort()
  const parameters = names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
  return createHmac('sha1', authToken)
    .update(url + parameters.join(''))
    .digest('base64')
}

const TRIES_MAX = 2
const TIMEOUT_MS = 5_000
