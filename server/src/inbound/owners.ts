import { countryOf } from '../numbers/country.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import type { OptOutReplies } from './optOutKeyword.ts'

/** Whose a number is, and what happens with what is written to it. */
export interface NumberOwner {
  readonly accountId: string
  /** E.164, or a short code as plain digits. */
  readonly number: string
  readonly target: InboundTarget | null // null: kept, nobody is called
  readonly optOut: OptOutReplies | null // null: STOP is a word like any other here
}

export interface InboundTarget {
  readonly url: string
  readonly method: 'GET' | 'POST'
}

/** The owner of a number as a carrier writes it, or null. Runs for every inbound part. */
export type OwnerOf = (to: string) => NumberOwner | null

/** An account as far as its numbers go. */
interface OwningAccount {
  readonly id: string
  readonly optOutReplies: OptOutReplies
  readonly numbers: readonly {
    readonly number: string
    readonly inbound: InboundTarget | null
    readonly optOut: 'auto' | 'on' | 'off'
  }[]
}

/**
 * Looks numbers up among those of the configured accounts, then by `others`, which may change while we run; keywords
 * count on those by default.
 */
export function createOwners(
  accounts: readonly OwningAccount[],
  others: (number: string) => Pick<NumberOwner, 'accountId' | 'target'> | null = () => null,
): OwnerOf {
  const repliesOf = new Map(accounts.map(({ id, optOutReplies }) => [id, optOutReplies]))
  const owners = new Map<string, NumberOwner>()
  for (const { id, numbers, optOutReplies } of accounts) {
    for (const { number, inbound, optOut } of numbers) {
      owners.set(number, {
        accountId: id,
        number,
        target: inbound,
        optOut: keepsOptOuts(number, optOut) ? optOutReplies : null,
      })
    }
  }
  return (to) => {
    const configured = owners.get(to)
    if (configured !== undefined) return configured
    const other = others(to)
    if (other === null) return null
    const optOut = keepsOptOuts(to, 'auto') ? (repliesOf.get(other.accountId) ?? null) : null
    return { ...other, number: to, optOut }
  }
}

/** By default where carriers demand it: on long codes of the United States. */
export function keepsOptOuts(number: string, optOut: 'auto' | 'on' | 'off'): boolean {
  if (optOut !== 'auto') return optOut === 'on'
  const parsed = number.startsWith('+1') ? parseNumber(number) : null
  return parsed !== null && countryOf(parsed) === 'US'
}

export interface InboundAddresses {
  readonly sender: string
  readonly recipient: string
  readonly owner: NumberOwner | null
}

/**
 * Finds the owner of the number a part was sent to. Carriers are careless with the type of a number: one calls a short
 * code international, another writes an international number without saying that it is one. Where our own number is
 * found only with a + before it, the handset's is taken to be written so, too.
 */
export function readAddresses({ from, to }: { from: string; to: string }, ownerOf: OwnerOf): InboundAddresses {
  const owner = ownerOf(to) ?? (SHORT_CODE_WITH_PLUS.test(to) ? ownerOf(to.slice(1)) : null)
  if (owner !== null || !BARE_NUMBER.test(to)) return { sender: from, recipient: owner?.number ?? to, owner }
  const found = ownerOf(`+${to}`)
  if (found === null) return { sender: from, recipient: to, owner: null }
  const sender = BARE_NUMBER.test(from) ? (parseNumber(`+${from}`) ?? from) : from
  return { sender, recipient: found.number, owner: found }
}

const SHORT_CODE_WITH_PLUS = /^\+[0-9]{3,8}$/
/** Too long for a short code. */
const BARE_NUMBER = /^[1-9][0-9]{8,14}$/
