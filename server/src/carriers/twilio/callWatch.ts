import type { Clock } from '../../clock.ts'

export interface CallWatchOptions {
  readonly clock: Clock
  /** From the call's begin to the first look at it; later ones come ever more slowly. */
  readonly firstLookMs: () => number
  /** Looks at a call; `done` says whether it may be forgotten. */
  readonly look: (callSid: string, done: (settled: boolean) => void) => void
}

/**
 * Looks at calls whose end nobody has told: where no callback can reach us, and where one got lost. It is a memory of
 * this process only; what it forgets ends with the validity of its message.
 */
export class CallWatch {
  readonly #options: CallWatchOptions
  /** In the order in which the calls began. */
  readonly #calls = new Map<string, WatchedCall>()
  #looking = 0
  #cancelTick: (() => void) | null = null
  #stopped = false

  constructor(options: CallWatchOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#calls.size
  }

  watch(callSid: string): void {
    if (this.#stopped) return
    const { clock } = this.#options
    const firstLookMs = this.#options.firstLookMs()
    const now = clock.now()
    this.#calls.set(callSid, { since: now, dueAt: now + firstLookMs, waitMs: firstLookMs, open: false })
    if (this.#calls.size > callsMax) this.#forgetOldest()
    this.#tickLater()
  }

  /** Its end is recorded. */
  forget(callSid: string): void {
    this.#calls.delete(callSid)
  }

  stop(): void {
    this.#stopped = true
    this.#cancelTick?.()
    this.#calls.clear()
  }

  #forgetOldest(): void {
    const [oldest] = this.#calls.keys()
    if (oldest !== undefined) this.#calls.delete(oldest)
  }

  #tickLater(): void {
    if (this.#stopped || this.#cancelTick !== null || this.#calls.size === 0) return
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => {
      this.#cancelTick = null
      this.#tick()
      this.#tickLater()
    })
  }

  #tick(): void {
    const now = this.#options.clock.now()
    for (const [callSid, call] of this.#calls) {
      if (now - call.since > watchMsMax) this.#calls.delete(callSid)
      else if (!call.open && call.dueAt <= now && this.#looking < looksOpenMax) this.#look(callSid, call)
    }
  }

  #look(callSid: string, call: WatchedCall): void {
    call.open = true
    this.#looking++
    this.#options.look(callSid, (settled) => {
      this.#looking--
      call.open = false
      call.waitMs = Math.min(call.waitMs * 1.5, LOOK_MS_MAX)
      call.dueAt = this.#options.clock.now() + call.waitMs
      if (settled) this.#calls.delete(callSid)
    })
  }
}

interface WatchedCall {
  readonly since: number
  dueAt: number
  waitMs: number
  /** An answer is awaited. */
  open: boolean
}

/** Calls that are looked at; of more than these the oldest are left to their callbacks. */
export const callsMax = 10_000
/** No call lasts longer: it rings for ten minutes at most and speaks for one or two. */
export const watchMsMax = 3_600_000
export const looksOpenMax = 4
const LOOK_MS_MAX = 60_000
const TICK_MS = 1_000
