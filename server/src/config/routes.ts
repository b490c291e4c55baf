import { type Static, Type } from 'typebox'
import type { Route } from '../routing/chooseCarriers.ts'
import { digitsOf, identifier, networkCode, numberPrefix } from './fields.ts'
import type { Findings } from './readBySchema.ts'

export const RouteEntry = Type.Object({
  carrier: identifier(),
  gateway: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  account: Type.Optional(identifier()),
  prefix: Type.Optional(numberPrefix()),
  mccmnc: Type.Optional(networkCode()),
  sender: Type.Optional(Type.String({ minLength: 1, maxLength: 16 })),
  priority: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 1 }),
})

export function readRoutes(
  entries: readonly Static<typeof RouteEntry>[],
  known: { carriers: KnownIds; accounts: KnownIds },
  findings: Findings,
): Route[] {
  return entries.map((entry) => {
    const path = findings.paths.get(entry) ?? 'routes'
    known.carriers.require(entry.carrier, `${path}.carrier`)
    if (entry.account !== undefined) known.accounts.require(entry.account, `${path}.account`)
    return {
      carrier: entry.carrier,
      gateway: entry.gateway ?? null,
      account: entry.account ?? null,
      prefix: entry.prefix === undefined ? null : digitsOf(entry.prefix),
      mccmnc: entry.mccmnc ?? null,
      sender: entry.sender ?? null,
      priority: entry.priority,
    }
  })
}

/** Without routes in the file every carrier takes everything, in the order in which the file names them. */
export function routesTo(carrierIds: readonly string[]): Route[] {
  return carrierIds.map((carrier, index) => ({
    carrier,
    gateway: null,
    account: null,
    prefix: null,
    mccmnc: null,
    sender: null,
    priority: index + 1,
  }))
}

export interface KnownIds {
  /** Reports `id` unless it exists. */
  require(id: string, path: string): void
}

/**
 * Ids that others may refer to. Where an entry of that section was left out for mistakes of its own nothing is
 * reported: the id may well be its.
 */
export function knownIds(section: string, ids: readonly string[], findings: Findings): KnownIds {
  const incomplete = findings.incompleteLists.has(section)
  const known = ids.length === 0 ? 'there are none' : `there are: ${ids.join(', ')}`
  return {
    require(id, path) {
      if (incomplete || ids.includes(id)) return
      findings.problems.push(`${path}: expected the id of one of the ${section} (${known}), got ${JSON.stringify(id)}`)
    },
  }
}
