import type { Database, Row, Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'

/** What a caller with an Idempotency-Key is promised: the same key and body give the same answer. */
export interface IdempotencyClaim {
  readonly key: string
  /** Hash of the request as the caller wrote it. */
  readonly requestHash: string
  /** The answer to give now and again. */
  readonly response: string
}

export interface KeyedAnswer {
  readonly requestHash: string
  readonly response: string
}

/** What is sent once for a key, or without one. */
export interface KeyedEntry {
  /** What is sent, or the first of it: the claim of its key is its account's, and as old as it is. */
  readonly message: { readonly id: string; readonly accountId: string; readonly acceptedAt: number }
  readonly idempotency: IdempotencyClaim | null // null: the caller sent no key
  /** The caller's key was used before; nothing was recorded now. */
  repeated(earlier: KeyedAnswer): void
}

export function hasKey({ idempotency }: KeyedEntry): boolean {
  return idempotency !== null
}

/**
 * Writes those entries of a batch that own their key, or have none. The others are told after the commit of the answer
 * that was given before.
 */
export async function writeOnce<Entry extends KeyedEntry>(
  tx: Transaction,
  entries: readonly Entry[],
  write: (tx: Transaction, entries: readonly Entry[]) => AfterCommit | Promise<AfterCommit>,
): Promise<AfterCommit> {
  const earlier = await claimIdempotencyKeys(tx, entries)
  const fresh = entries.filter((entry) => !earlier.has(entry))
  const tellFresh = fresh.length > 0 ? await write(tx, fresh) : null
  return () => {
    tellFresh?.()
    for (const [entry, answer] of earlier) entry.repeated(answer)
  }
}

/**
 * Claims the keys of a batch inside its transaction. Returns the entries whose key was taken before (in the store or
 * earlier in this batch) with the answer given then; all others own their key now.
 */
async function claimIdempotencyKeys<Entry extends KeyedEntry>(
  tx: Transaction,
  entries: readonly Entry[],
): Promise<Map<Entry, KeyedAnswer>> {
  const first = new Map<string, Entry>()
  const repeated = new Map<Entry, KeyedAnswer>()
  for (const entry of entries) {
    if (entry.idempotency === null) continue
    const owner = first.get(keyOf(entry.message.accountId, entry.idempotency.key))
    if (owner === undefined) first.set(keyOf(entry.message.accountId, entry.idempotency.key), entry)
    else if (owner.idempotency !== null) repeated.set(entry, owner.idempotency)
  }
  // In one order at every node: two that claim the same keys wait for each other, and do not lock each other out.
  const inOrder = [...first].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const rows = inOrder.map(([, { message, idempotency }]) => [
    message.accountId,
    idempotency?.key,
    idempotency?.requestHash,
    message.id,
    idempotency?.response,
    message.acceptedAt,
  ])
  const claimed = await tx.all(CLAIM, [JSON.stringify(rows)])
  const owned = new Set(claimed.map((row) => keyOf(String(row.account_id), String(row.key))))
  const lost = [...first].filter(([key]) => !owned.has(key))
  if (lost.length === 0) return repeated
  const earlier = await tx.all(EARLIER, [
    JSON.stringify(lost.map(([, { message, idempotency }]) => [message.accountId, idempotency?.key])),
  ])
  const answers = new Map<string, KeyedAnswer>()
  for (const row of earlier) {
    answers.set(keyOf(String(row.account_id), String(row.key)), answerOf(row))
  }
  for (const entry of entries) {
    if (entry.idempotency === null) continue
    const answer = answers.get(keyOf(entry.message.accountId, entry.idempotency.key))
    if (answer !== undefined) repeated.set(entry, answer)
  }
  return repeated
}

const CLAIM = `
insert into idempotency_keys (account_id, key, request_hash, message_id, response, created_at)
select value->>0, value->>1, value->>2, value->>3, value->>4, cast(value->>5 as bigint) from rows($1) where true
on conflict (account_id, key) do nothing
returning account_id, key`

const EARLIER = `
select idempotency_keys.account_id, idempotency_keys.key, idempotency_keys.request_hash, idempotency_keys.response
from (select value->>0 as v_account, value->>1 as v_key from rows($1)) as v
join idempotency_keys on idempotency_keys.account_id = v.v_account and idempotency_keys.key = v.v_key`

function keyOf(accountId: string, key: string): string {
  return JSON.stringify([accountId, key])
}

/** What the first request with a key was answered; null: none was accepted. */
export async function readKeyedAnswer(
  db: Pick<Database, 'read'>,
  { accountId, key }: { readonly accountId: string; readonly key: string },
): Promise<KeyedAnswer | null> {
  const [row] = await db.read(EARLIER, [JSON.stringify([[accountId, key]])])
  return row === undefined ? null : answerOf(row)
}

function answerOf(row: Row): KeyedAnswer {
  return { requestHash: String(row.request_hash), response: String(row.response) }
}

/** Forgets keys whose 24 hours are over, a bounded number a call. Resolves with whether that was all of them. */
export async function purgeIdempotencyKeys(db: Database, now: number): Promise<boolean> {
  const rows = await db.write((tx) => tx.all(PURGE, [now - KEY_KEPT_MS, PURGED_ROWS_MAX]))
  return rows.length < PURGED_ROWS_MAX
}

/** As long as the API promises the same answer. */
const KEY_KEPT_MS = 24 * 60 * 60_000
const PURGED_ROWS_MAX = 5_000

const PURGE = `
with over as materialized (
  select account_id, key from idempotency_keys where created_at < $1
  order by created_at limit $2 {pg:for update skip locked})
delete from idempotency_keys where (account_id, key) in (select account_id, key from over)
returning key`
