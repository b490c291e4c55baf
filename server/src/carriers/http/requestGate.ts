import type { Clock } from '../../clock.ts'
import { TokenBucket } from '../../tokenBucket.ts'
import { Pause } from './pause.ts'

export interface RequestGateOptions {
  readonly clock: Clock
  /** Submits that may be open at once. */
  readonly concurrency: number
  /** Submits per second; 0: as fast as `concurrency` allows. */
  readonly throughput: number
  readonly isUp: () => boolean
  /** Called when `room()` may have grown from 0. */
  readonly roomCame: () => void
}

/**
 * How many submits a carrier over HTTP takes now: by those that are open, by its rate, by whether it is up, and by the
 * pauses that its provider asked for.
 */
export class RequestGate {
  readonly #clock: Clock
  readonly #concurrency: number
  readonly #isUp: () => boolean
  readonly #roomCame: () => void
  readonly #bucket: TokenBucket | null // null: no rate
  readonly #pause: Pause
  #open = 0
  #closed = false
  #drained: () => void = () => {}
  /** `room()` was 0 since `roomCame` was last called: somebody may be waiting for it. */
  #roomAwaited = false
  #cancelRoomTimer: (() => void) | null = null

  constructor({ clock, concurrency, throughput, isUp, roomCame }: RequestGateOptions) {
    this.#clock = clock
    this.#concurrency = concurrency
    this.#isUp = isUp
    this.#roomCame = roomCame
    this.#bucket = throughput === 0 ? null : new TokenBucket(clock, burstOf(throughput))
    this.#pause = new Pause(clock)
  }

  /** Submits that are open. */
  get open(): number {
    return this.#open
  }

  /** As `Carrier.room()`. */
  room(): number {
    const room = this.#countRoom()
    if (room === 0) this.#awaitRoom()
    return room
  }

  /** Opens a submit. Returns why that cannot be, null: it is open, and `leave` must be called for it. */
  enter(): string | null {
    if (this.#countRoom() === 0) return this.#closed ? 'the carrier is stopping' : 'the carrier is full'
    this.#bucket?.take()
    this.#open++
    if (this.#countRoom() === 0) this.#awaitRoom()
    return null
  }

  /** A submit has its outcome. */
  leave(): void {
    this.#open--
    this.look()
    if (this.#open === 0) this.#drained()
  }

  /**
   * The provider says that it is too much.
   * @param retryAfter the header's value; null: there was none
   * @returns for how many milliseconds it is left alone; null: a pause is on already, this belongs to it
   */
  pause(retryAfter: string | null): number | null {
    return this.#pause.begin(retryAfter) ? this.#pause.leftMs() : null
  }

  /** The provider took a submit: its next refusal is a first one. */
  resetPause(): void {
    this.#pause.reset()
  }

  /** Tells of room that came since it was 0. */
  look(): void {
    if (!this.#roomAwaited) return
    if (this.#countRoom() === 0) {
      this.#awaitRoom()
    } else {
      this.#roomAwaited = false
      this.#roomCame()
    }
  }

  /** Takes nothing more, and resolves when nothing is open, or after `drainMs`. */
  async close(drainMs: number): Promise<void> {
    this.#closed = true
    this.#cancelRoomTimer?.()
    if (this.#open > 0) await this.#empty(drainMs)
  }

  #empty(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve)
      this.#drained = () => {
        cancel()
        resolve()
      }
    })
  }

  #countRoom(): number {
    if (!this.#isUp() || this.#closed || this.#pause.leftMs() > 0) return 0
    const free = this.#concurrency - this.#open
    return Math.max(0, Math.min(free, this.#bucket?.available() ?? free))
  }

  /** Room comes back by an answer or a probe, which call `look`, or by time alone: then a timer has to. */
  #awaitRoom(): void {
    this.#roomAwaited = true
    if (this.#cancelRoomTimer !== null || this.#closed) return
    const waitMs = Math.max(this.#pause.leftMs(), this.#bucket?.msUntil() ?? 0)
    if (waitMs === 0) return
    this.#cancelRoomTimer = this.#clock.after(waitMs, () => {
      this.#cancelRoomTimer = null
      this.look()
    })
  }
}

function burstOf(ratePerSecond: number) {
  return { ratePerSecond, burstTokensMax: Math.ceil((ratePerSecond * BURST_MS) / 1_000) }
}

/** What the rate may save up, in time; one submit may always go at once. */
const BURST_MS = 50
