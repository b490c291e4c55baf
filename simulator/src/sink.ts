import type { Clock } from '@heliograph/smpp/clock'
import { RecentMap } from './recentMap.ts'

/** One call that came in at a sink. */
export interface SinkCall {
  readonly at: string // ISO 8601
  readonly method: string
  readonly url: string // path and query
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly answered: number // HTTP status
}

export interface SinkScript {
  readonly status: number
  readonly delayMs: number
  /** So many calls from now on are answered `status`, later ones 200. Null: all of them. */
  readonly failTimes: number | null
}

/** A webhook endpoint for those who have none: remembers what it was called with and answers as it was told to. */
export class Sinks {
  readonly #clock: Clock
  readonly #sinks = new RecentMap<string, Sink>(SINKS_MAX)
  readonly #waiting = new Set<() => void>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Records the call and resolves, after the scripted delay, with the HTTP status to answer. */
  async call(name: string, call: Omit<SinkCall, 'at' | 'answered'>): Promise<number> {
    const sink = this.#find(name)
    const { status, delayMs } = sink.script
    const fails = sink.failuresLeft === null || sink.failuresLeft > 0
    if (fails && sink.failuresLeft !== null) sink.failuresLeft -= 1
    const answered = fails ? status : 200
    sink.calls.push({ at: new Date(this.#clock.now()).toISOString(), ...call, answered })
    if (sink.calls.length >= 2 * CALLS_PER_SINK_MAX) sink.calls.splice(0, CALLS_PER_SINK_MAX)
    if (delayMs > 0) await this.#delay(delayMs)
    return answered
  }

  script(name: string, script: SinkScript): void {
    const sink = this.#find(name)
    sink.script = script
    sink.failuresLeft = script.failTimes
  }

  /** Oldest first. */
  calls(name: string): readonly SinkCall[] {
    return (this.#sinks.get(name)?.calls ?? []).slice(-CALLS_PER_SINK_MAX)
  }

  list(): { readonly name: string; readonly calls: number; readonly script: SinkScript }[] {
    return [...this.#sinks.entries()].map(([name, { calls, script }]) => ({
      name,
      calls: Math.min(calls.length, CALLS_PER_SINK_MAX),
      script,
    }))
  }

  /** Forgets the calls and the script. False: there was no such sink. */
  delete(name: string): boolean {
    return this.#sinks.delete(name)
  }

  /** Answers every delayed call now, so that a server can close. */
  close(): void {
    this.#closed = true
    for (const answer of [...this.#waiting]) answer()
  }

  #find(name: string): Sink {
    const sink = this.#sinks.get(name) ?? { calls: [], script: answersOk, failuresLeft: null }
    this.#sinks.set(name, sink)
    return sink
  }

  #delay(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const answer = () => {
        cancel()
        this.#waiting.delete(answer)
        resolve()
      }
      const cancel = this.#clock.after(delayMs, answer)
      this.#waiting.add(answer)
    })
  }
}

interface Sink {
  readonly calls: SinkCall[]
  script: SinkScript
  failuresLeft: number | null
}

const answersOk: SinkScript = { status: 200, delayMs: 0, failTimes: null }
const SINKS_MAX = 100
const CALLS_PER_SINK_MAX = 1_000
