import type { SeenReport } from '../carriers/carrier.ts'
import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { type ChatDependencies, type ChatNews, moveChats } from './moveChats.ts'
import { deleteSeenOrphans, insertSeenOrphans } from './seenOrphans.ts'

/** A report that a message was read, on its way into the store. */
export interface SeenEntry {
  readonly report: SeenReport
  readonly receivedAt: number
  /** True: it is in the table of orphans and is tried again. */
  readonly orphan: boolean
  /** False: the carrier is to send it again. */
  answer(taken: boolean): void
}

/**
 * Records what persons have read, before any report is answered. Add it after the step that records receipts, so that
 * who is told of a delivery and of its being read in one commit hears of the delivery first. A report for nothing known
 * is kept, as its submission may not be recorded yet.
 */
export function recordSeen(dependencies: ChatDependencies): BatchStep<SeenEntry> {
  return {
    name: 'record seen',
    urgent: true,
    async write(tx, entries) {
      const found = await findSteps(tx, entries)
      const known = (entry: SeenEntry) => found.has(entry)
      insertSeenOrphans(
        tx,
        entries.filter((entry) => !known(entry) && !entry.orphan),
      )
      deleteSeenOrphans(
        tx,
        entries.filter((entry) => known(entry) && entry.orphan),
      )
      const heard = [...found.values()].filter((news) => news !== null)
      const moved = heard.length === 0 ? null : await moveChats(tx, heard, dependencies)
      return () => {
        for (const entry of entries) entry.answer(true)
        moved?.()
      }
    },
    failed(entries) {
      for (const entry of entries) entry.answer(false)
    },
  }
}

/** Null: the message is no chat's. Carriers reuse ids after a while: the newest message that carries the id is meant. */
async function findSteps(tx: Transaction, entries: readonly SeenEntry[]): Promise<Map<SeenEntry, ChatNews | null>> {
  const wanted = entries.map(({ report }, index) => [report.carrierId, report.carrierMessageId, index])
  const found = new Map<SeenEntry, ChatNews | null>()
  for (const row of await tx.all(LOOK_UP, [JSON.stringify(wanted)])) {
    const entry = entries[Number(row.entry)]
    if (entry === undefined) continue
    const { report, receivedAt: heardAt } = entry
    const messageId = String(row.id)
    found.set(
      entry,
      row.origin === 'chat'
        ? { chatId: String(row.origin_id), messageId, news: { kind: 'seen' }, at: report.at, heardAt }
        : null,
    )
  }
  return found
}

const LOOK_UP = `
select v.v_entry as entry, messages.id as id, messages.origin as origin, messages.origin_id as origin_id
from (select value->>0 as v_carrier, value->>1 as v_id, cast(value->>2 as integer) as v_entry from rows($1)) as v
join segments on segments.carrier_id = v.v_carrier and segments.carrier_message_id = v.v_id
join messages on messages.id = segments.message_id
order by messages.id, v.v_entry`
