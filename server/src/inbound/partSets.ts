import { isSamePart, type PartSet, type SetKey, type SetPart } from './partSet.ts'

/** What became of an arrived part. */
export type Placement = 'taken' | 'repeated' | 'late'

/** What has to be written of the sets of one key. */
export interface SetChanges {
  /** New, or changed in any column. */
  readonly sets: ReadonlySet<PartSet>
  /** New, or came again. */
  readonly parts: ReadonlyMap<SetPart, PartSet>
  /** Late parts that turned out to belong to another message. */
  readonly removed: readonly { readonly set: PartSet; readonly number: number }[]
  /** In the order in which they were closed: each is a message now. */
  readonly closed: readonly PartSet[]
}

/**
 * The sets of parts with one key: handset, number, reference, its size, and total. Pure: decides what an arrived part
 * is, and remembers what has to be written.
 *
 * A part goes to the newest open set that lacks it. An SMSC that sends a part again changes nothing. A part that
 * differs from the one already there begins another message, because references come again: some phones count in 8
 * bits, some machines never count. What comes for a closed set is late, or repeated; it is looked at again when a
 * differing part shows that those that came shortly before were of a new message.
 */
export class PartSets {
  readonly #key: SetKey
  readonly #newId: () => string
  /** Newest first; open ones, and the closed one that parts are still compared with. */
  readonly #sets: PartSet[]
  readonly #changed = new Set<PartSet>()
  readonly #parts = new Map<SetPart, PartSet>()
  readonly #removed: { set: PartSet; number: number }[] = []
  readonly #closed: PartSet[] = []

  constructor(key: SetKey, sets: readonly PartSet[], newId: () => string) {
    this.#key = key
    this.#newId = newId
    this.#sets = sets.toSorted((a, b) => (a.id < b.id ? 1 : -1))
  }

  place(part: SetPart): Placement {
    for (const set of this.#sets) {
      if (set.closedAt !== null) continue
      const known = set.parts.get(part.number)
      if (known === undefined) {
        this.#add(set, part)
        return 'taken'
      }
      if (isSamePart(known, part)) return 'repeated'
    }
    const closed = this.#sets.find(({ closedAt, dueAt }) => closedAt !== null && dueAt !== null)
    return closed === undefined ? this.#open([part], part.receivedAt) : this.#placeAfter(closed, part)
  }

  /** Closes, oldest first, the open sets that have waited long enough; forgets closed ones that were kept long enough. */
  closeDue(now: number): void {
    const due = this.#sets.filter(({ dueAt }) => dueAt !== null && dueAt <= now)
    for (const set of due.toReversed()) {
      if (set.closedAt === null) this.#close(set, now)
      else this.#forget(set)
    }
  }

  changes(): SetChanges {
    return { sets: this.#changed, parts: this.#parts, removed: this.#removed, closed: this.#closed }
  }

  /** For a set that is a message already. */
  #placeAfter(closed: PartSet, part: SetPart): Placement {
    const now = part.receivedAt
    const known = closed.parts.get(part.number)
    if (known !== undefined && !isSamePart(known, part)) {
      return this.#open([...this.#takeBack(closed, now, part.number), part], now)
    }
    const kept = known ?? { ...part, late: true }
    kept.againAt = now
    closed.parts.set(part.number, kept)
    this.#parts.set(kept, closed)
    this.#judgeWholeAgain(closed, now)
    return known === undefined ? 'late' : 'repeated'
  }

  /**
   * All parts came once more. Soon after the first time that is an SMSC that did not get our answers; later it is
   * somebody who writes the same under the same reference.
   */
  #judgeWholeAgain(closed: PartSet, now: number): void {
    const again = recentlyAgain(closed, now)
    if (again.length < closed.total) return
    const since = Math.min(...again.map(({ againAt }) => againAt ?? now))
    if (since - (closed.closedAt ?? since) >= REPEATED_MS_MAX) {
      this.#open(this.#takeBack(closed, now), now)
    } else {
      for (const part of again) {
        part.againAt = null
        this.#parts.set(part, closed)
      }
    }
  }

  /**
   * What came for a closed set shortly before: its repeated parts as copies, and its late ones, which leave it.
   * `except` names a part that the new message has of its own.
   */
  #takeBack(closed: PartSet, now: number, except: number | null = null): SetPart[] {
    const taken = recentlyAgain(closed, now).filter(({ number }) => number !== except)
    return taken.map((part) => {
      const copy = { ...part, receivedAt: part.againAt ?? part.receivedAt, late: false, againAt: null }
      if (part.late) {
        closed.parts.delete(part.number)
        this.#parts.delete(part)
        this.#removed.push({ set: closed, number: part.number })
      } else {
        part.againAt = null
        this.#parts.set(part, closed)
      }
      return copy
    })
  }

  #open(parts: readonly SetPart[], now: number): Placement {
    const open = this.#sets.filter(({ closedAt }) => closedAt === null)
    const oldest = open.at(-1)
    if (oldest !== undefined && open.length >= OPEN_SETS_PER_KEY_MAX) this.#close(oldest, now)
    const set: PartSet = {
      ...this.#key,
      id: this.#newId(),
      present: 0,
      openedAt: now,
      dueAt: null,
      closedAt: null,
      messageId: null,
      parts: new Map(),
    }
    this.#sets.unshift(set)
    for (const part of parts) this.#add(set, part)
    return 'taken'
  }

  #add(set: PartSet, part: SetPart): void {
    set.parts.set(part.number, part)
    set.present += 1
    set.dueAt = part.receivedAt + PART_WAIT_MS
    this.#changed.add(set)
    this.#parts.set(part, set)
    if (set.present === set.total) this.#close(set, part.receivedAt)
  }

  #close(set: PartSet, now: number): void {
    for (const other of this.#sets) if (other.closedAt !== null && other.dueAt !== null) this.#forget(other)
    set.closedAt = now
    set.dueAt = now + CLOSED_SET_MS
    set.messageId = this.#newId()
    this.#changed.add(set)
    this.#closed.push(set)
  }

  #forget(set: PartSet): void {
    set.dueAt = null
    this.#changed.add(set)
  }
}

/** How long a message waits for its next part before it is forwarded with gaps. */
export const PART_WAIT_MS = 10 * 60_000
/** How long after its message a part counts as late or repeated. */
export const CLOSED_SET_MS = 24 * 60 * 60_000
/** A whole message that comes again within this is one that the SMSC repeats. */
export const REPEATED_MS_MAX = 5 * 60_000
/** More messages under way with one key mean that somebody does not count at all: the oldest is forwarded as it is. */
export const OPEN_SETS_PER_KEY_MAX = 4

function recentlyAgain(set: PartSet, now: number): SetPart[] {
  return [...set.parts.values()].filter(({ againAt }) => againAt !== null && againAt > now - PART_WAIT_MS)
}
