import { NETWORK_ALIASES, NETWORK_MAIN_CODES } from './networkAliases.ts'

/** As `mcc-mnc-list` has them. */
export interface NetworkRow {
  readonly countryCode: string | null
  readonly mcc: string
  readonly mnc: string | null
  readonly brand: string | null
  readonly operator: string | null
  readonly status: string
  readonly bands: string | null
}

export interface JoinedNetwork {
  readonly mccmnc: string
  readonly name: string
  /** How many codes the network has; one was chosen. */
  readonly codes: number
}

/**
 * The network that a carrier's name means in a country. Names are compared as wholes, then without legal forms and
 * generic words, then by containment; a name that fits several operators, or an operator with a code for every region
 * (as in India), joins nothing: a wrong network is worse than an unknown one.
 */
export function joinNetwork(rows: readonly NetworkRow[], country: string, carrier: string): JoinedNetwork | null {
  const candidates = rows.filter((row) => isIn(row, country) && isUsable(row))
  const networks = carrier.split(BETWEEN_NAMES).map((name) => joinName(candidates, country, name))
  const known = networks.filter((network) => network !== null)
  const codes = new Set(known.map((network) => network.mccmnc))
  return codes.size === 1 ? (known[0] ?? null) : null
}

/** A code that several operators share names none of them. */
function isUsable(row: NetworkRow): boolean {
  const isShared = row.brand === 'Telia / DNA' || (row.brand === null && (row.operator?.split(', ').length ?? 0) > 3)
  return row.status !== 'Not operational' && /^[0-9]+$/.test(row.mnc ?? '') && !isShared
}

function isIn(row: NetworkRow, country: string): boolean {
  const lists = [country, ISLANDS_LISTED_UNDER[country] ?? country]
  return row.countryCode?.split('/').some((code) => lists.includes(code)) ?? false
}

/** Countries whose networks the list has under another country. */
const ISLANDS_LISTED_UNDER: Readonly<Record<string, string>> = {
  GG: 'GB',
  JE: 'GB',
  IM: 'GB',
  SJ: 'NO',
  AX: 'FI',
  EH: 'MA',
  VA: 'IT',
  PR: 'US',
  VI: 'US',
  GU: 'US',
  MP: 'US',
  AS: 'US',
}

function joinName(rows: readonly NetworkRow[], country: string, carrier: string): JoinedNetwork | null {
  const alias = NETWORK_ALIASES[country]?.[plain(carrier)] ?? NETWORK_ALIASES['any']?.[plain(carrier)] ?? carrier
  for (const fits of [isSameName, isSameCore, containsCore]) {
    const operators = groupByOperator(rows.filter((row) => fits(row, alias, country)))
    const [operator, ...others] = operators.filter(isRunning).length > 0 ? operators.filter(isRunning) : operators
    if (operator !== undefined) return others.length === 0 ? chooseCode(operator, country) : null
  }
  return null
}

function isSameName(row: NetworkRow, carrier: string): boolean {
  return namesOf(row).some((name) => plain(name) === plain(carrier))
}

function isSameCore(row: NetworkRow, carrier: string, country: string): boolean {
  const core = coreOf(carrier, country).join('')
  return namesOf(row).some((name) => coreOf(name, country).join('') === core)
}

function containsCore(row: NetworkRow, carrier: string, country: string): boolean {
  const core = coreOf(carrier, country)
  if (!core.some(isTelling)) return false
  const names = namesOf(row).map((name) => coreOf(name, country))
  const inRow = core.every((word) => names.flat().includes(word))
  return inRow || names.some((name) => name.some(isTelling) && name.every((word) => core.includes(word)))
}

/** The t of T-Mobile is in AT&T too. */
function isTelling(word: string): boolean {
  return word.length >= 3
}

/** But not in A/S, a legal form. */
const BETWEEN_NAMES = /(?<!\bA)\//

function namesOf(row: NetworkRow): string[] {
  const names = [row.brand ?? '', row.operator ?? ''].flatMap((name) => name.split(BETWEEN_NAMES))
  return names.filter((name) => name.trim() !== '')
}

function plain(name: string): string {
  return wordsOf(name).join('')
}

function wordsOf(name: string): string[] {
  const ascii = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[®™]|\(.*?\)/g, ' ')
  return ascii
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll('+', ' plus ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

function coreOf(name: string, country: string): string[] {
  const words = wordsOf(name)
  const countryWords = wordsOf(countryNames.of(country) ?? '')
  const core = words.filter((word) => !GENERIC_WORDS.has(word) && !countryWords.includes(word))
  return core.length > 0 ? core : words
}

const countryNames = new Intl.DisplayNames('en', { type: 'region' })

const GENERIC_WORDS = new Set(
  (
    'ab ag and as asa bv co company corp corporation ehf gmbh group holding inc jsc kft kg kk lda limitada limited llc ' +
    'llp ltd ltda n nv ojsc oy oyj pjsc plc pte pty pvt s a sa sal sarl sas se sia sl spa srl the uab zrt d o doo ' +
    'cellular communication communications gsm mobil mobile mobiles movil network networks services telecom telecommunication ' +
    'telecommunications telecomunicaciones wireless uk sverige norge danmark suomi deutschland italia brasil'
  ).split(' '),
)

/** By brand, else by operator; an operator's brandless rows are rows of its own. */
function groupByOperator(rows: readonly NetworkRow[]): NetworkRow[][] {
  return Object.values(Object.groupBy(rows, (row) => plain(namesOf(row)[0] ?? ''))).filter(
    (group) => group !== undefined,
  )
}

function isRunning(operator: readonly NetworkRow[]): boolean {
  return operator.some((row) => row.status === 'Operational')
}

/** An operator with more codes than this has one a region, and the number does not tell the region's code. */
const CODES_MAX = 4

/** The code named by hand, else the one with most radio bands (an operator's main network), else the lowest. */
function chooseCode(operator: readonly NetworkRow[], country: string): JoinedNetwork | null {
  const running = isRunning(operator) ? operator.filter((row) => row.status === 'Operational') : operator
  const main = running.find((row) => NETWORK_MAIN_CODES.has(codeOf(row)))
  if (main === undefined && running.length > CODES_MAX) return null
  const [chosen] = main === undefined ? running.toSorted(byBandsThenCode) : [main]
  if (chosen === undefined) return null
  const name = namesOf(chosen)[0]?.trim().replaceAll(/\s+/g, ' ') ?? country
  return { mccmnc: codeOf(chosen), name, codes: running.length }
}

function byBandsThenCode(a: NetworkRow, b: NetworkRow): number {
  return bandsOf(b) - bandsOf(a) || Number(codeOf(a)) - Number(codeOf(b))
}

function bandsOf(row: NetworkRow): number {
  return row.bands === null || /^(?:MVNO|Unknown)$/.test(row.bands) ? 0 : row.bands.split(' / ').length
}

function codeOf(row: NetworkRow): string {
  return `${row.mcc}${row.mnc}`
}
