import { createHash, randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@heliograph/smpp/clock'
import { PlanTable } from '../planTable.ts'
import { RecentMap } from '../recentMap.ts'
import { Timers } from '../timers.ts'
import type { Call, CallEvent, CallOrder, CallStatus } from './call.ts'
import { Callbacks } from './callbacks.ts'
import { CallHandsets, type HandsetCall } from './callHandsets.ts'
import { answered, type CallPlan } from './callPlan.ts'
import { magicCall } from './magicCall.ts'

export interface ExchangeOptions {
  readonly clock?: Clock
  /** With the same seed every run gives out the same call SIDs. */
  readonly seed?: string
}

/** A telephone exchange with phones behind it: makes the calls that it is asked for, and tells how they go on. */
export class Exchange {
  readonly plans = new PlanTable<CallPlan>({ magic: magicCall, usual: answered })
  readonly handsets = new CallHandsets()
  readonly clock: Clock
  readonly #seed: string
  readonly #callbacks = new Callbacks()
  readonly #calls = new RecentMap<string, Call>(CALLS_MAX)
  readonly #timers: Timers
  #created = 0

  constructor({ clock = systemClock, seed = randomUUID() }: ExchangeOptions = {}) {
    this.clock = clock
    this.#timers = new Timers(clock)
    this.#seed = seed
  }

  /** False: too many calls are open. */
  get hasRoom(): boolean {
    return this.#timers.size < OPEN_CALLS_MAX
  }

  call(order: CallOrder, plan: CallPlan): Call {
    const call: Call = {
      sid: this.#newSid(),
      order,
      plan,
      createdAt: this.clock.now(),
      status: 'queued',
      answeredAt: null,
      endedAt: null,
    }
    this.#calls.set(call.sid, call)
    // On a later turn, so that the answer to the request goes before the first callback.
    this.#timers.after(0, () => this.#ring(call))
    return call
  }

  find(sid: string): Call | undefined {
    return this.#calls.get(sid)
  }

  /** The newest of an account first. */
  list(accountSid: string, count: number): readonly Call[] {
    const calls = [...this.#calls.entries()].map(([, call]) => call)
    return calls
      .filter(({ order }) => order.accountSid === accountSid)
      .reverse()
      .slice(0, count)
  }

  /** Resolves after `delayMs`, or when the exchange closes. */
  wait(delayMs: number): Promise<void> {
    return this.#timers.wait(delayMs)
  }

  /** Hangs up everywhere and tells nobody. */
  async close(): Promise<void> {
    this.#timers.close()
    await this.#callbacks.close()
  }

  #ring(call: Call): void {
    this.#change(call, { status: 'initiated', event: 'initiated', sequence: 0 })
    if (call.plan.ending === 'failed') {
      this.#end(call, 1)
      return
    }
    this.#change(call, { status: 'ringing', event: 'ringing', sequence: 1 })
    this.#timers.after(call.plan.ringMs, () => {
      if (call.plan.ending === 'completed') this.#answer(call)
      else this.#end(call, 2)
    })
  }

  #answer(call: Call): void {
    call.answeredAt = this.clock.now()
    this.#change(call, { status: 'in-progress', event: 'answered', sequence: 2 })
    this.#timers.after(call.plan.talkMs, () => this.#end(call, 3))
  }

  #end(call: Call, sequence: number): void {
    call.endedAt = this.clock.now()
    this.#change(call, { status: call.plan.ending, event: 'completed', sequence })
  }

  #change(
    call: Call,
    { status, event, sequence }: { readonly status: CallStatus; readonly event: CallEvent; readonly sequence: number },
  ): void {
    call.status = status
    const phone = handsetCall(call)
    if (phone !== null) this.handsets.record(call.order.to.slice(1), phone)
    const at = this.clock.now()
    this.#callbacks.tell(call, { event, status, sequence, at, durationSeconds: durationSeconds(call) })
  }

  #newSid(): string {
    return `CA${createHash('sha256')
      .update(`${this.#seed}:${this.#created++}`)
      .digest('hex')
      .slice(0, 32)}`
  }
}

/** Whole seconds from the answer to the end; 0 where nobody answered, null while it goes on. */
export function durationSeconds({ answeredAt, endedAt }: Call): number | null {
  if (endedAt === null) return null
  return answeredAt === null ? 0 : Math.round((endedAt - answeredAt) / 1_000)
}

/** Null: the phone knows nothing of it, as before it rings, and where it cannot be reached. */
function handsetCall({ sid, order, createdAt, status, answeredAt }: Call): HandsetCall | null {
  if (status === 'queued' || status === 'initiated' || status === 'failed') return null
  const texts = order.verbs.filter((verb) => verb.kind === 'say')
  return {
    id: sid,
    from: order.from,
    to: order.to,
    at: new Date(createdAt).toISOString(),
    said: answeredAt === null ? [] : texts.map(({ text }) => text),
    language: texts[0]?.language ?? '',
    status,
  }
}

const CALLS_MAX = 10_000
const OPEN_CALLS_MAX = 10_000
