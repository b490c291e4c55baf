import type { Window } from './slices.ts'
import type { PartitionKey, PartitionState, Position, ReadWindow, StreamState } from './state.ts'

/**
 * What has been read of a stream, as far as it has been written out. Windows of a partition are read at the same time;
 * its cursor moves over those only that are read to their end, with all before them.
 */
export class StreamProgress {
  readonly #fallbackMs: number | null
  readonly #before = new Map<string, PartitionState>()
  readonly #begun = new Map<string, PartitionProgress>()
  readonly #wasUnfinished: boolean
  readonly #settledMs: () => number

  /** @param settledMs what is younger may still be on its way into Twilio's lists: no state tells it as read. */
  constructor(state: StreamState, settledMs: () => number) {
    this.#settledMs = settledMs
    this.#fallbackMs = state.fallbackMs
    this.#wasUnfinished = state.isUnfinished
    for (const entry of state.partitions) this.#before.set(keyText(entry.partition), entry)
  }

  /** What the last sync left of a partition. */
  before(partition: PartitionKey): PartitionBefore {
    const state = this.#before.get(keyText(partition))
    const isResumed = this.#wasUnfinished && state?.isBegun === true
    return {
      cursorMs: state?.cursorMs ?? this.#fallbackMs,
      isResumed,
      ahead: isResumed ? state.ahead : [],
      position: isResumed ? state.position : { kind: 'start' },
    }
  }

  begin(partition: PartitionKey, start: PartitionStart): PartitionProgress {
    const progress = new PartitionProgress(partition, start, this.#settledMs)
    this.#before.delete(keyText(partition))
    this.#begun.set(keyText(partition), progress)
    return progress
  }

  get partitions(): number {
    return this.#before.size + this.#begun.size
  }

  unfinished(): StreamState {
    const begun = [...this.#begun.values()].map((progress) => progress.toState())
    return { isUnfinished: true, partitions: [...this.#before.values(), ...begun], fallbackMs: this.#fallbackMs }
  }

  /** When every partition has been read. Those that were not met again, of an account that is gone, stay as they are. */
  finished(): StreamState {
    const begun = [...this.#begun.values()].map((progress) => ({ ...progress.toState(), isBegun: false }))
    return { isUnfinished: false, partitions: [...this.#before.values(), ...begun], fallbackMs: null }
  }
}

export interface PartitionBefore {
  readonly cursorMs: number | null
  /** An unfinished sync goes on. */
  readonly isResumed: boolean
  readonly ahead: readonly ReadWindow[]
  readonly position: Position
}

export interface PartitionStart {
  /** Null: a list without windows. */
  readonly stretch: Window | null
  readonly position: Position
}

/** What has been read of one partition. */
export class PartitionProgress {
  readonly #partition: PartitionKey
  readonly #settledMs: () => number
  readonly #windows: { window: Window; position: Position }[] = []
  readonly #fromMs: number | null
  #cursorMs: number | null
  #position: Position

  constructor(partition: PartitionKey, start: PartitionStart, settledMs: () => number) {
    this.#partition = partition
    this.#settledMs = settledMs
    this.#fromMs = start.stretch?.fromMs ?? null
    this.#cursorMs = start.stretch?.fromMs ?? null
    this.#position = start.position
  }

  /** Windows are opened in the order of time, each beginning where the last ended. */
  open(window: Window, position: Position): void {
    this.#windows.push({ window, position })
    this.#advance()
  }

  /** @param window null: the list has none. */
  read(window: Window | null, position: Position): void {
    if (window === null) {
      this.#position = position
    } else {
      const entry = this.#windows.find((known) => known.window === window)
      if (entry !== undefined) entry.position = position
      this.#advance()
    }
  }

  /** Puts two windows in the place of one, which is to be read anew. */
  split(window: Window, atMs: number): { earlier: Window; later: Window } {
    const earlier = { fromMs: window.fromMs, untilMs: atMs }
    const later = { fromMs: atMs, untilMs: window.untilMs }
    const index = this.#windows.findIndex((known) => known.window === window)
    const start: Position = { kind: 'start' }
    this.#windows.splice(index, 1, { window: earlier, position: start }, { window: later, position: start })
    return { earlier, later }
  }

  toState(): PartitionState {
    const settledMs = Math.max(this.#fromMs ?? 0, this.#settledMs())
    return {
      partition: this.#partition,
      cursorMs: this.#cursorMs === null ? null : Math.min(this.#cursorMs, settledMs),
      isBegun: true,
      ahead: this.#windows
        .filter(({ window, position }) => position.kind !== 'start' && window.fromMs < settledMs)
        .map(({ window, position }) => ({
          fromMs: window.fromMs,
          untilMs: Math.min(window.untilMs, settledMs),
          position,
        }))
        .reduce(joinRead, []),
      position: this.#position,
    }
  }

  /** Over the windows in front that are read; those behind one that is not must wait for it. */
  #advance(): void {
    while (this.#windows[0]?.position.kind === 'end') {
      this.#cursorMs = this.#windows[0].window.untilMs
      this.#windows.shift()
    }
  }
}

/** Windows that are read and side by side are one: the state stays small however far the others are behind. */
function joinRead(joined: ReadWindow[], next: ReadWindow): ReadWindow[] {
  const last = joined.at(-1)
  if (last?.position.kind === 'end' && next.position.kind === 'end' && last.untilMs === next.fromMs) {
    joined[joined.length - 1] = { ...last, untilMs: next.untilMs }
  } else {
    joined.push(next)
  }
  return joined
}

function keyText(partition: PartitionKey): string {
  return JSON.stringify(Object.entries(partition).sort())
}
