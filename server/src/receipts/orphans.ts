import type { Receipt } from '../carriers/carrier.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db/database.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import { nowAndThen } from '../db/nowAndThen.ts'
import { Rounds } from '../db/rounds.ts'
import type { ReceiptEntry } from './recordReceipts.ts'

/** Keeps receipts that match nothing yet: their submission's outcome may not be recorded, or be another node's. */
export function insertOrphans(tx: Transaction, entries: readonly ReceiptEntry[]): void {
  if (entries.length === 0) return
  const rows = entries.map(({ id, receipt, receivedAt }) => [
    id,
    receipt.carrierId,
    receipt.carrierMessageId,
    receipt.state,
    receipt.errorCode,
    receipt.doneAt,
    receivedAt,
    receipt.errorReason ?? null,
  ])
  tx.run(INSERT, [JSON.stringify(rows)])
}

const INSERT = `
insert into orphan_receipts (id, carrier_id, carrier_message_id, state, error_code, done_at, received_at,
  error_reason)
select value->>0, value->>1, value->>2, value->>3, value->>4, cast(value->>5 as bigint), cast(value->>6 as bigint), value->>7
from rows($1)`

export function deleteOrphans(tx: Transaction, entries: readonly ReceiptEntry[]): void {
  if (entries.length === 0) return
  tx.run('delete from orphan_receipts where id in (select value->>0 from rows($1))', [
    JSON.stringify(entries.map(({ id }) => [id])),
  ])
}

export interface OrphanOptions {
  readonly db: Database
  readonly clock: Clock
  readonly receipts: BatchQueue<ReceiptEntry>
  readonly trouble: (error: unknown) => void
}

/** Looks each second for orphans whose submission has been recorded meanwhile, and records them like new receipts. */
export function createOrphanMatcher({ db, clock, receipts, trouble }: OrphanOptions): Rounds {
  /** The first look is at all of them; later ones only at those young enough to be matched by an outcome still to come. */
  let since = 0
  const purge = nowAndThen(clock, PURGE_EVERY_MS, async () => {
    await db.write((tx) => tx.run('delete from orphan_receipts where received_at < $1', [clock.now() - KEPT_MS]))
    return true
  })
  return new Rounds({ clock, trouble, everyMs: MATCH_EVERY_MS, round: match })

  async function match(): Promise<void> {
    const now = clock.now()
    const rows = await db.read(MATCHED, [since, MATCH_ROWS_MAX])
    if (rows.length < MATCH_ROWS_MAX) since = now - MATCHABLE_MS
    for (const row of rows) {
      const receivedAt = Number(row.received_at)
      receipts.push({
        id: String(row.id),
        receipt: {
          carrierId: String(row.carrier_id),
          carrierMessageId: String(row.carrier_message_id),
          state: String(row.state) as Receipt['state'],
          errorCode: String(row.error_code),
          errorReason: row.error_reason === null ? null : String(row.error_reason),
          doneAt: row.done_at === null ? receivedAt : Math.min(Number(row.done_at), receivedAt),
        },
        // The message changes now; at the time of the receipt readers of changes may have gone past.
        receivedAt: now,
        orphan: true,
        answer: () => {},
      })
    }
    await purge()
  }
}

const MATCH_EVERY_MS = 1_000
const MATCH_ROWS_MAX = 1_000
const MATCHABLE_MS = 10 * 60_000
const PURGE_EVERY_MS = 60 * 60_000
/** The longest validity and then some. After that nobody will recognise the receipt any more. */
const KEPT_MS = 7 * 24 * 60 * 60_000

const MATCHED = `
select orphan_receipts.id, orphan_receipts.carrier_id, orphan_receipts.carrier_message_id, orphan_receipts.state,
  orphan_receipts.error_code, orphan_receipts.error_reason, orphan_receipts.done_at, orphan_receipts.received_at
from orphan_receipts
join segments on segments.carrier_id = orphan_receipts.carrier_id
  and segments.carrier_message_id = orphan_receipts.carrier_message_id
where orphan_receipts.received_at >= $1
order by orphan_receipts.id limit $2`
