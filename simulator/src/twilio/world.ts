import type { Clock } from '@heliograph/smpp/clock'
import { hashText, hex8 } from './hash.ts'
import { sidsOf } from './sids.ts'
import type { Timeline } from './timeline.ts'

/** All that records follow from. */
export interface World {
  readonly seed: number
  readonly clock: Clock
  /** Epoch second at which the newest records were made; only what was added later is newer. */
  readonly startedAtSecond: number
  /** Messages have no price before so many seconds have passed since they were made. */
  readonly pricedAfterSeconds: number
  /** The first is the main account, which owns the others. */
  readonly accounts: readonly Account[]
  /** API keys of the main account. */
  readonly keys: { readonly main: ApiKey; readonly standard: ApiKey }
  /** What was added to collections afterwards, by `resource/account sid`. */
  readonly growth: Map<string, readonly Timeline[]>
  /** In front of absolute addresses; set when the server listens. */
  origin: string
}

export interface Account {
  readonly index: number
  readonly sid: string
  readonly authToken: string
  readonly friendlyName: string
  readonly status: 'active' | 'suspended' | 'closed'
  readonly createdAtSecond: number
  /** How many records of each resource; under each parent that many on average. */
  readonly sizes: Sizes
  /** Keys that are missing from the account's `subresource_uris`. */
  readonly subresourcesLeftOut: readonly string[]
  /** Older messages are not shown, and not searched for. */
  readonly messageRetentionDays: number
}

export type Sizes = Readonly<Record<string, number>>

export interface ApiKey {
  readonly sid: string
  readonly secret: string
}

export interface AccountOptions {
  readonly friendlyName?: string
  readonly status?: Account['status']
  /** In the place of those for all accounts. */
  readonly sizes?: Partial<Sizes>
  readonly subresourcesLeftOut?: readonly string[]
  /** For how long its messages are kept: Twilio lets its users choose from 7 to 400 days; default 400. */
  readonly messageRetentionDays?: number
}

export interface WorldOptions {
  readonly seed: number
  readonly clock: Clock
  readonly startedAt: Date
  /** The main account is as old; each further one is younger, the last one still some days old. */
  readonly historyDays: number
  readonly pricedAfterSeconds: number
  readonly accounts: readonly AccountOptions[]
  readonly sizes: Sizes
}

export function makeWorld(options: WorldOptions): World {
  const { seed, clock, pricedAfterSeconds } = options
  const startedAtSecond = Math.floor(options.startedAt.getTime() / 1000)
  const accountDigits = sidsOf('accounts', seed)
  const keyDigits = sidsOf('api keys', seed)
  const key = (index: number): ApiKey => {
    const digits = keyDigits.digits(index)
    return { sid: `SK${digits}`, secret: secretOf(`key ${index}`, seed) }
  }
  return {
    seed,
    clock,
    startedAtSecond,
    pricedAfterSeconds,
    keys: { main: key(0), standard: key(1) },
    growth: new Map(),
    origin: '',
    accounts: options.accounts.map((account, index) => ({
      index,
      sid: `AC${accountDigits.digits(index)}`,
      authToken: secretOf(`account ${index}`, seed),
      friendlyName: account.friendlyName ?? (index === 0 ? 'Main account' : `Subaccount ${index}`),
      status: account.status ?? 'active',
      createdAtSecond: startedAtSecond - accountAgeSeconds(options, index),
      sizes: withSizes(options.sizes, account.sizes ?? {}),
      subresourcesLeftOut: account.subresourcesLeftOut ?? [],
      messageRetentionDays: account.messageRetentionDays ?? 400,
    })),
  }
}

function accountAgeSeconds({ historyDays, accounts }: WorldOptions, index: number): number {
  return Math.floor((historyDays * 86_400 * (accounts.length - index)) / accounts.length)
}

function withSizes(sizes: Sizes, own: Partial<Sizes>): Sizes {
  const all: Record<string, number> = { ...sizes }
  for (const [name, size] of Object.entries(own)) if (size !== undefined) all[name] = size
  return all
}

/** 32 hexadecimal digits, as auth tokens have them. */
function secretOf(owner: string, seed: number): string {
  return [1, 2, 3, 4].map((part) => hex8(hashText(`${part} ${owner}`, seed))).join('')
}
