import { readFileSync } from 'node:fs'
import type { E164 } from './address.ts'
import { createPrefixTrie, type PrefixTrie } from './prefixTrie.ts'

export interface Network {
  /** Mobile country code (3 digits) and mobile network code (2 or 3 digits) as one, as in prices and routes. */
  readonly mccmnc: string
  readonly name: string | null // null: the operator's row gave none
  /** 'operator': a row from the configuration. 'prefix': the shipped table of number ranges. */
  readonly source: 'operator' | 'prefix'
}

export interface NetworkTable {
  /**
   * The network that a number's range was given to, or null when that is not known. A ported number still finds the
   * network it was ported away from. Takes well under a microsecond.
   */
  find(number: E164): Network | null
}

export interface OwnNetworkRow {
  /** Digits from the calling code on, with or without +. */
  readonly prefix: string
  readonly mccmnc: string
  readonly name?: string | undefined
}

/**
 * The shipped table with the operator's rows over it: where any of those fits a number, the longest of them answers,
 * however long a prefix the shipped table has. Reads the shipped table once, here. Throws a RangeError naming the row
 * whose prefix or MCC/MNC is malformed.
 */
export function createNetworkTable(ownRows: readonly OwnNetworkRow[]): NetworkTable {
  const own = createNetworkLookup(ownRows.map(toOwnEntry))
  const shipped = createNetworkLookup(readShippedEntries())
  return { find: (number) => findIn(own, number) ?? findIn(shipped, number) }
}

interface NetworkEntry {
  readonly prefix: string
  readonly network: Network | null // null: a range inside another network's whose network is unknown
}

interface NetworkLookup {
  readonly trie: PrefixTrie
  readonly networks: readonly (Network | null)[]
}

function createNetworkLookup(entries: readonly NetworkEntry[]): NetworkLookup {
  return {
    trie: createPrefixTrie(entries.map(({ prefix }, index) => [prefix, index])),
    networks: entries.map(({ network }) => network),
  }
}

function findIn({ trie, networks }: NetworkLookup, number: E164): Network | null {
  const index = trie.find(number, AFTER_PLUS)
  return index === null ? null : (networks[index] ?? null)
}

const AFTER_PLUS = 1

function toOwnEntry({ prefix, mccmnc, name }: OwnNetworkRow): NetworkEntry {
  const digits = prefix.replace(/^\+/, '')
  if (!/^[1-9][0-9]{0,14}$/.test(digits)) throw new RangeError(`The network prefix ${prefix} is not 1 to 15 digits`)
  if (!/^[0-9]{5,6}$/.test(mccmnc))
    throw new RangeError(`The MCC/MNC ${mccmnc} of prefix ${prefix} is not 5 or 6 digits`)
  return { prefix: digits, network: { mccmnc, name: name ?? null, source: 'operator' } }
}

/** One line a network: MCC+MNC (or `-`), name, prefixes. data/README.md says where it comes from. */
function readShippedEntries(): NetworkEntry[] {
  const lines = readFileSync(new URL('data/networks.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.flatMap((line) => {
    const [mccmnc = '-', name = '', prefixes = ''] = line.split('\t')
    const network: Network | null = mccmnc === '-' ? null : { mccmnc, name, source: 'prefix' }
    return prefixes.split(' ').map((prefix) => ({ prefix, network }))
  })
}
