import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/**
 * Makes ids: UUIDv7 as lower-case text (RFC 9562 §5.7), 48 bits of epoch milliseconds first, so that rows written
 * together lie together in the index. Ids of one maker rise strictly, also within a millisecond and when the clock is
 * set back: the 12 bits after the time count, starting at a random value below 2048 in each new millisecond, and time
 * is borrowed from the next millisecond when they are used up.
 */
export function createIds(clock: Clock): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  let milliseconds = 0
  let count = 0
  let head = ''

  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const now = clock.now()
    if (now > milliseconds) {
      milliseconds = now
      count = (octet(pool, used) << 3) | (octet(pool, used + 1) & 7)
      head = timeText(milliseconds)
    } else if (count === COUNT_MAX) {
      milliseconds += 1
      count = 0
      head = timeText(milliseconds)
    } else {
      count += 1
    }
    const id =
      `${head}-7${HEX[count >> 8]?.charAt(1)}${HEX[count & 255]}-` +
      `${HEX[(octet(pool, used + 2) & 0x3f) | 0x80]}${hex(pool, used + 3)}-` +
      `${hex(pool, used + 4)}${hex(pool, used + 5)}${hex(pool, used + 6)}` +
      `${hex(pool, used + 7)}${hex(pool, used + 8)}${hex(pool, used + 9)}`
    used += ID_BYTES
    return id
  }
}

/** Random octets one id takes: two for the start of the count, eight for its tail. */
const ID_BYTES = 10
/** One call to the generator of the system serves 400 ids, so its cost does not show. */
const POOL_BYTES = 400 * ID_BYTES
const COUNT_MAX = 0xfff

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

function timeText(milliseconds: number): string {
  const text = milliseconds.toString(16).padStart(12, '0')
  return `${text.slice(0, 8)}-${text.slice(8)}`
}

function octet(pool: Uint8Array, index: number): number {
  return pool[index] ?? 0
}

function hex(pool: Uint8Array, index: number): string {
  return HEX[octet(pool, index)] ?? ''
}
