import metadata from 'libphonenumber-js/max/metadata'

/**
 * Calling code → possible lengths of the national significant number, ascending, over all countries that share it
 * (and the codes that belong to none, as +870 for satellites), as libphonenumber's metadata has them. But for +1: its
 * seven digits are one Canadian service range, and would let through every number that lost its area code.
 */
export function listNationalLengths(): Record<string, number[]> {
  const lengthsOfCode: Record<string, Set<number>> = {}
  for (const plan of [...Object.values(metadata.countries), ...Object.values(metadata.nonGeographic)]) {
    const lengths = (lengthsOfCode[plan[0]] ??= new Set())
    for (const length of plan[3]) lengths.add(length)
  }
  lengthsOfCode['1'] = new Set([10])
  return Object.fromEntries(Object.entries(lengthsOfCode).map(([code, lengths]) => [code, [...lengths].sort(byValue)]))
}

function byValue(a: number, b: number): number {
  return a - b
}
