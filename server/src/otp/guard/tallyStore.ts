import type { Row, Transaction } from '../../db/database.ts'
import { takeTurns } from '../takeTurns.ts'
import { type StoredCounts, TALLY_KINDS, Tally, type TallyKey, type TallyKind } from './tally.ts'

/** The tallies that a batch of one transaction works on. */
export interface Tallies {
  /** One that was asked for. */
  of(accountId: string, kind: TallyKind, subject: string): Tally
  /** Stores those that have changed. */
  write(changed: Iterable<Tally>, at: number): void
}

/**
 * Reads what is counted for `keys`, in one statement; what has no row yet has counted nothing. Nodes take turns from here
 * to the end of their transactions.
 */
export async function readTallies(tx: Transaction, keys: readonly TallyKey[]): Promise<Tallies> {
  const tallies = new Map(keys.map((key) => [keyText(key), new Tally(key)]))
  const wanted = [...tallies.values()].map(({ key: { accountId, kind, subject } }) => [accountId, kind, subject])
  takeTurns(tx)
  for (const row of await tx.all(READ, [JSON.stringify(wanted)])) {
    const tally = tallyFromRow(row)
    tallies.set(keyText(tally.key), tally)
  }
  return {
    of(accountId, kind, subject) {
      const key = { accountId, kind, subject }
      const tally = tallies.get(keyText(key))
      if (tally === undefined) throw new Error(`The tally of ${kind} was not read`)
      return tally
    },
    write(changed, at) {
      const rows = [...changed].map((tally) => rowOf(tally, at))
      if (rows.length > 0) tx.run(WRITE, [JSON.stringify(rows)])
    },
  }
}

const READ = `
select account_id, kind, subject, counts
from (select value->>0 as v_account, value->>1 as v_kind, value->>2 as v_subject from rows($1)) as v
join otp_tallies on account_id = v.v_account and kind = v.v_kind and subject = v.v_subject`

const WRITE = `
insert into otp_tallies (account_id, kind, subject, counts, sends, expires_at)
select value->>0, value->>1, value->>2, value->>3, cast(value->>4 as integer), cast(value->>5 as bigint)
from rows($1) where true
on conflict (account_id, kind, subject) do update
set counts = excluded.counts, sends = excluded.sends, expires_at = excluded.expires_at`

function rowOf(tally: Tally, at: number): unknown[] {
  const { accountId, kind, subject } = tally.key
  return [accountId, kind, subject, JSON.stringify(tally.stored(at)), tally.sends.sum(at), tally.expiresAt(at)]
}

/** Rows are our own, written by this module, so they are trusted. */
export function tallyFromRow(row: Row): Tally {
  const kind = TALLY_KINDS.find((known) => known === row.kind) ?? 'account'
  const counts: StoredCounts = JSON.parse(String(row.counts))
  return new Tally({ accountId: String(row.account_id), kind, subject: String(row.subject) }, counts)
}

function keyText({ accountId, kind, subject }: TallyKey): string {
  return `${accountId} ${kind} ${subject}`
}
