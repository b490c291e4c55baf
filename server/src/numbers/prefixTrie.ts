/** Finds the longest of many prefixes that a number begins with: one array read a digit, no allocation. */
export interface PrefixTrie {
  /** The value of the longest prefix of `number` from `start` on (digits only), or null when none fits. */
  find(number: string, start: number): number | null
}

/** Prefixes are digits only, values integers from 0 on. Of two entries with the same prefix the later counts. */
export function createPrefixTrie(entries: Iterable<readonly [prefix: string, value: number]>): PrefixTrie {
  const growing = newNode()
  for (const [prefix, value] of entries) growing[findOrAddNode(growing, prefix) + VALUE] = value + 1
  const nodes = Int32Array.from(growing)
  return { find: (number, start) => findLongest(nodes, number, start) }
}

/** A node is its ten children by digit, as offsets (0: none), and its value plus one (0: none). */
const VALUE = 10
const ZERO = 0x30

function newNode(): number[] {
  return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

function findOrAddNode(nodes: number[], prefix: string): number {
  let node = 0
  for (let i = 0; i < prefix.length; i++) {
    const child = node + prefix.charCodeAt(i) - ZERO
    if (nodes[child] === 0) nodes[child] = nodes.push(...newNode()) - newNode().length
    node = nodes[child] ?? 0
  }
  return node
}

function findLongest(nodes: Int32Array, number: string, start: number): number | null {
  let node = 0
  let found = nodes[VALUE] ?? 0
  for (let i = start; i < number.length; i++) {
    node = nodes[node + number.charCodeAt(i) - ZERO] ?? 0
    if (node === 0) break
    found = nodes[node + VALUE] || found
  }
  return found === 0 ? null : found - 1
}
