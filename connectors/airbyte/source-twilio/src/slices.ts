/** A stretch of time from its first second up to, not including, its last: windows side by side share nothing. */
export interface Window {
  readonly fromMs: number
  readonly untilMs: number
}

export interface SliceRule {
  readonly stepMs: number
  /** All borders but the outer ones are multiples of it: a day where the API takes days only. */
  readonly alignMs: number
}

/** Cuts a stretch of time into windows, oldest first, with neither gap nor overlap. */
export function* slices(stretch: Window, { stepMs, alignMs }: SliceRule): Generator<Window> {
  let fromMs = stretch.fromMs
  while (fromMs < stretch.untilMs) {
    const untilMs = Math.min(startOf(fromMs, alignMs) + stepMs, stretch.untilMs)
    yield { fromMs, untilMs }
    fromMs = untilMs
  }
}

/** The multiple of `unitMs` at or before a time. */
export function startOf(timeMs: number, unitMs: number): number {
  return Math.floor(timeMs / unitMs) * unitMs
}

/** The multiple of `unitMs` after a time. */
export function endOf(timeMs: number, unitMs: number): number {
  return startOf(timeMs, unitMs) + unitMs
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
