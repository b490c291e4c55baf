import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import { type EndpointRecord, insertEndpoint, lockEndpoint, updateEndpoint } from './endpointRows.ts'
import { sealPlaces } from './sealPlaces.ts'
import { createSecretText } from './signCall.ts'
import type { SignatureMethod } from './subscription.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface EndpointManagement {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly sealer: Sealer
  readonly subscriptions: Pick<Subscriptions, 'refresh'>
}

/** Endpoints of one account. */
export const endpointsMax = 100

/** What an account says of an endpoint. */
export interface EndpointWishes {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly events: readonly string[]
  readonly channels: readonly string[]
  readonly numbers: readonly string[]
  readonly ordered: boolean
  readonly enabled: boolean
  readonly signatureMethod: SignatureMethod
  readonly header: { readonly name: string; readonly value: string } | null // null: none
}

/** The secret is in the answer this once. */
export interface EndpointWithSecret {
  readonly endpoint: EndpointRecord
  readonly secret: string | null // null: calls are not signed
}

/** `secret`: the account's own; 'new': a random one; null: calls are not signed. Null when it has too many already. */
export async function createEndpoint(
  { db, clock, newId, sealer, subscriptions }: EndpointManagement,
  { accountId, wishes, secret }: { accountId: string; wishes: EndpointWishes; secret: string | 'new' | null },
): Promise<EndpointWithSecret | null> {
  const { header, ...plain } = wishes
  const id = newId()
  const now = clock.now()
  const text = secret === 'new' ? createSecretText() : secret
  const endpoint: EndpointRecord = {
    ...plain,
    ...sealedHeader(sealer, id, header),
    id,
    accountId,
    format: 'own',
    disabledReason: null,
    secret: text === null ? null : sealer.seal(text, sealPlaces.secret(id)),
    previousSecret: null,
    previousSecretUntil: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
  const inserted = await db.write((tx) => insertEndpoint(tx, endpoint, endpointsMax))
  if (!inserted) return null
  await subscriptions.refresh()
  return { endpoint, secret: text }
}

/** Changes what is given; null: the account has no such endpoint. */
export function changeEndpoint(
  management: EndpointManagement,
  { accountId, id, wishes }: { accountId: string; id: string; wishes: Partial<EndpointWishes> },
): Promise<EndpointRecord | null> {
  const { header, ...plain } = wishes
  return change(management, { accountId, id }, (endpoint) => ({
    ...endpoint,
    ...plain,
    ...(header === undefined ? {} : sealedHeader(management.sealer, id, header)),
    // Whoever enables or disables it has seen why it was disabled.
    ...(wishes.enabled === undefined ? {} : { disabledReason: null }),
  }))
}

/** Null: the account has no such endpoint. */
export async function rotateSecret(
  management: EndpointManagement,
  {
    accountId,
    id,
    secret,
    overlapMs,
  }: {
    accountId: string
    id: string
    secret: string | 'new'
    /** How long the old one signs too. */
    overlapMs: number
  },
): Promise<EndpointWithSecret | null> {
  const text = secret === 'new' ? createSecretText() : secret
  const endpoint = await change(management, { accountId, id }, (before, now) => {
    // One that cannot be read any more signs nothing, and would stop the calls.
    const readable = before.secret !== null && management.sealer.open(before.secret, sealPlaces.secret(id)) !== null
    const overlaps = overlapMs > 0 && readable
    return {
      ...before,
      secret: management.sealer.seal(text, sealPlaces.secret(id)),
      previousSecret: overlaps ? before.secret : null,
      previousSecretUntil: overlaps ? now + overlapMs : null,
    }
  })
  return endpoint === null ? null : { endpoint, secret: text }
}

/** What is still to be delivered to it is given up. False: the account has no such endpoint. */
export async function deleteEndpoint(
  management: EndpointManagement,
  { accountId, id }: { accountId: string; id: string },
): Promise<boolean> {
  const withoutSecrets = { secret: null, previousSecret: null, previousSecretUntil: null, headerValue: null }
  const deleted = await change(management, { accountId, id }, (endpoint, now) => {
    return { ...endpoint, ...withoutSecrets, headerName: null, deletedAt: now }
  })
  return deleted !== null
}

async function change(
  { db, clock, subscriptions }: EndpointManagement,
  { accountId, id }: { accountId: string; id: string },
  changed: (endpoint: EndpointRecord, now: number) => EndpointRecord,
): Promise<EndpointRecord | null> {
  const after = await db.write(async (tx) => {
    const before = await lockEndpoint(tx, { accountId, id, format: 'own' })
    if (before === null) return null
    const now = clock.now()
    // The time of a change never stands still, so that every change is seen.
    const endpoint = { ...changed(before, now), updatedAt: Math.max(now, before.updatedAt + 1) }
    updateEndpoint(tx, endpoint)
    return endpoint
  })
  if (after !== null) await subscriptions.refresh()
  return after
}

function sealedHeader(sealer: Sealer, id: string, header: EndpointWishes['header']) {
  if (header === null) return { headerName: null, headerValue: null }
  return { headerName: header.name, headerValue: sealer.seal(header.value, sealPlaces.headerValue(id)) }
}
