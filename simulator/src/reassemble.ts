import { RecentMap } from './recentMap.ts'

/** Where a part belongs: the same four for all parts of one message. */
export interface PartKey {
  readonly from: string
  readonly to: string
  readonly reference: number
  readonly total: number
}

/** Collects the parts of messages until none is missing, in whatever order they come. */
export class Reassembly {
  readonly #incomplete = new RecentMap<string, (Buffer | undefined)[]>(INCOMPLETE_MESSAGES_MAX)

  /** The user data of the whole message once its last part is there, null before. `number` counts from 1. */
  add(key: PartKey, number: number, userData: Buffer): Buffer | null {
    const id = `${key.from} ${key.to} ${key.reference} ${key.total}`
    const parts = this.#incomplete.get(id) ?? new Array<Buffer | undefined>(key.total).fill(undefined)
    // A copy: the part must not keep alive the whole socket read it is a slice of.
    parts[number - 1] = Buffer.from(userData)
    const present = parts.filter((part) => part !== undefined)
    if (present.length < key.total) {
      this.#incomplete.set(id, parts)
      return null
    }
    this.#incomplete.delete(id)
    return Buffer.concat(present)
  }
}

/** Each of at most 255 parts of 140 octets. */
const INCOMPLETE_MESSAGES_MAX = 10_000
