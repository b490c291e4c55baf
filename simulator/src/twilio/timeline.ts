/** When each record of a collection came to be: by index, the oldest being 0, and never falling. */
export interface Timeline {
  readonly count: number
  /** Epoch seconds of the record; only for indexes below `count`. */
  second(index: number): number
}

/** `count` records spread evenly from `startSecond` on over `spanSeconds`, several to a second when there are many. */
export function evenTimeline(part: TimelinePart): Timeline {
  const { startSecond, spanSeconds, count } = part
  return { count, second: (index) => startSecond + Math.floor((index * spanSeconds) / count) }
}

export interface TimelinePart {
  readonly startSecond: number
  readonly spanSeconds: number
  readonly count: number
}

/** One timeline after another, each beginning no earlier than the one before it ends. */
export function joinTimelines(first: Timeline, second: Timeline): Timeline {
  return {
    count: first.count + second.count,
    second: (index) => (index < first.count ? first.second(index) : second.second(index - first.count)),
  }
}

/** `perDay` records for each of the days from `firstDaySecond`, a midnight, on. */
export function dailyTimeline(days: { firstDaySecond: number; days: number; perDay: number }): Timeline {
  const { firstDaySecond, perDay } = days
  return {
    count: days.days * perDay,
    second: (index) => firstDaySecond + Math.floor(index / perDay) * 86_400,
  }
}

/** The lowest index whose record came at `second` or later; `count` when there is none. */
export function firstAtOrAfter(timeline: Timeline, second: number): number {
  let low = 0
  let high = timeline.count
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (timeline.second(middle) < second) low = middle + 1
    else high = middle
  }
  return low
}
