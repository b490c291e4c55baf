import { hashText, hex8, mix } from './hash.ts'

/** The ids of one collection's records: made from the index, and read back to it without a table. */
export interface Sids {
  /** The 32 hexadecimal digits after the two letters. */
  digits(index: number): string
  /** What the digits are made of: 16 that are the same for all, eight of the index, and eight that check those. */
  readonly head: string
  scramble(index: number): number
  check(scrambled: number): number
  /** The index that was made these digits, null when none below 2^32 was. */
  index(digits: string): number | null
}

const multiplier = 0x9e3779b1
/** `multiplier * inverse` is 1 modulo 2^32, so the one undoes the other. */
const inverse = 0x0e8b2f51

/**
 * Digits that look random, and are different for each seed and scope.
 *
 * @param scope names the collection, for example `messages/AC…`
 */
export function sidsOf(scope: string, seed: number): Sids {
  const key = hashText(scope, seed)
  const head = `${hex8(key)}${hex8(hashText(scope, ~seed))}`
  const scramble = (index: number) => (Math.imul(index + 1, multiplier) ^ key) >>> 0
  const check = (scrambled: number) => mix(scrambled ^ seed)
  const digits = (index: number) => {
    const scrambled = scramble(index)
    return `${head}${hex8(scrambled)}${hex8(check(scrambled))}`
  }
  return {
    digits,
    head,
    scramble,
    check,
    index: (text) => {
      if (!/^[0-9a-f]{32}$/.test(text)) return null
      const index = (Math.imul(Number.parseInt(text.slice(16, 24), 16) ^ key, inverse) - 1) >>> 0
      return digits(index) === text ? index : null
    },
  }
}
