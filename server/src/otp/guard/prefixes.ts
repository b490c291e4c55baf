/**
 * The 10,000 neighbours of a number: all but its last 4 digits. Plans give out numbers in blocks of 1,000 or 10,000, so
 * this is about what somebody holds who is paid for traffic to numbers of his own.
 */
export function blockOf(number: string): string {
  return first(number, number.length - BLOCK_DIGITS)
}

/** All but the last 7 digits: in most plans the country and the operator or area, "+4915112345678" → "+491511". */
export function rangeOf(number: string): string {
  return first(number, number.length - RANGE_DIGITS)
}

/** Where a number stands in its block. */
export function placeInBlock(number: string): number {
  return Number(number.slice(blockOf(number).length))
}

/** Of a short number the + and three digits stay, so that a prefix never spans countries of different regions. */
function first(number: string, length: number): string {
  return number.slice(0, Math.max(length, PREFIX_LENGTH_MIN))
}

const BLOCK_DIGITS = 4
const RANGE_DIGITS = 7
const PREFIX_LENGTH_MIN = 4
