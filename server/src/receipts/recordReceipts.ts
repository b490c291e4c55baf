import type { Receipt } from '../carriers/carrier.ts'
import type { Row, Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { touchMessages, writeChanges, writeChangesOfOpen } from '../messages/changeStatus.ts'
import type { MessageFollower } from '../messages/follower.ts'
import type { Lifetimes } from '../messages/lifetimes.ts'
import {
  MESSAGE_COLUMNS,
  type Message,
  type MessageView,
  messageFromRow,
  type SubmittedSegment,
  segmentFromRow,
} from '../messages/message.ts'
import { newestParts, SEGMENTS_OF } from '../messages/readMessages.ts'
import type { RecentSubmissions } from '../messages/recentSubmissions.ts'
import { deleteOrphans, insertOrphans } from './orphans.ts'
import { settleMessage } from './settleMessage.ts'

/** A receipt on its way into the store. */
export interface ReceiptEntry {
  readonly id: string
  readonly receipt: Receipt
  readonly receivedAt: number
  /** True: it is in the table of orphans and is tried again. */
  readonly orphan: boolean
  /** False: the carrier is to send it again. */
  answer(taken: boolean): void
}

export interface ReceiptDependencies {
  readonly lifetimes: Lifetimes
  readonly recent: RecentSubmissions
  /** Other nodes record receipts in the same store, so what is remembered here may be final already. */
  readonly storeIsShared: boolean
  readonly follower: MessageFollower
  /** How many receipts of a batch matched, and how many were kept as orphans. */
  readonly observe: (batch: { readonly matched: number; readonly orphaned: number }) => void
}

/**
 * Records a batch of receipts before any of them is answered: finds their segments by the carrier's id, moves the
 * messages that are complete now, and tells their followers, all in one transaction. A receipt for nothing
 * known is kept; one that repeats what is known changes nothing.
 */
export function recordReceipts(dependencies: ReceiptDependencies): BatchStep<ReceiptEntry> {
  const { recent, follower, observe } = dependencies
  return {
    name: 'record receipts',
    urgent: true,
    async write(tx, entries) {
      const found = takeRecent(recent, entries)
      if (found.size < entries.length) await findSegments(tx, entries, found)
      const orphans = entries.filter((entry, index) => !found.has(index) && !entry.orphan)
      insertOrphans(tx, orphans)
      deleteOrphans(
        tx,
        entries.filter((entry, index) => found.has(index) && entry.orphan),
      )
      const followed = await settle(tx, entries, found, dependencies)
      const told = followed.length > 0 ? await follower.changed(tx, followed) : null
      return () => {
        for (const entry of entries) entry.answer(true)
        observe({ matched: found.size, orphaned: orphans.length })
        told?.()
      }
    },
    failed(entries) {
      for (const entry of entries) entry.answer(false)
    },
  }
}

interface Found {
  readonly message: Message
  readonly segment: SubmittedSegment
}

/** By the index of the entry: those that need no look-up. */
function takeRecent(recent: RecentSubmissions, entries: readonly ReceiptEntry[]): Map<number, Found> {
  const found = new Map<number, Found>()
  for (const [index, { receipt, receivedAt }] of entries.entries()) {
    if (receipt.state === 'enroute') continue
    const entry = recent.take(receipt.carrierId, receipt.carrierMessageId, receivedAt)
    if (entry !== null) found.set(index, entry)
  }
  return found
}

/** Looks the others up. Carriers reuse ids after a while: the newest message that carries the id is meant. */
async function findSegments(
  tx: Transaction,
  entries: readonly ReceiptEntry[],
  found: Map<number, Found>,
): Promise<void> {
  const wanted = entries.flatMap(({ receipt }, index) =>
    found.has(index) ? [] : [[receipt.carrierId, receipt.carrierMessageId, index]],
  )
  const rows = await tx.all(LOOK_UP, [JSON.stringify(wanted)])
  for (const row of rows) found.set(Number(row.entry), { message: messageFromRow(row), segment: segmentOf(row) })
}

/**
 * Rows come oldest message first, so the newest is the one that stays in the map, and in the order of the batch, because
 * the first word on a segment counts. The lock keeps two nodes that get receipts for two parts of one message from each
 * missing the other's.
 */
const LOOK_UP = `
select v.v_entry as entry, segments.submission as segment_submission, segments.number as segment_number,
  segments.carrier_id as segment_carrier_id, segments.carrier_message_id as segment_carrier_message_id,
  segments.status as segment_status, segments.submitted_at as segment_submitted_at, ${MESSAGE_COLUMNS}
from (select value->>0 as v_carrier, value->>1 as v_id, cast(value->>2 as integer) as v_entry from rows($1)) as v
join segments on segments.carrier_id = v.v_carrier and segments.carrier_message_id = v.v_id
join messages on messages.id = segments.message_id
order by messages.id, v.v_entry {pg:for update of messages}`

function segmentOf(row: Row): SubmittedSegment {
  return segmentFromRow({
    message_id: row.id ?? null,
    submission: row.segment_submission ?? null,
    number: row.segment_number ?? null,
    carrier_id: row.segment_carrier_id ?? null,
    carrier_message_id: row.segment_carrier_message_id ?? null,
    status: row.segment_status ?? null,
    error_code: null,
    error_reason: null,
    submitted_at: row.segment_submitted_at ?? null,
    done_at: null,
  })
}

/** Resolves with the messages that it made final and that somebody follows. */
async function settle(
  tx: Transaction,
  entries: readonly ReceiptEntry[],
  found: ReadonlyMap<number, Found>,
  { lifetimes, storeIsShared, follower }: ReceiptDependencies,
): Promise<MessageView[]> {
  const messages = new Map<string, { message: Message; news: { segment: SubmittedSegment; entry: ReceiptEntry }[] }>()
  for (const [index, { message, segment }] of found) {
    const entry = entries[index]
    if (entry === undefined || segment.status !== 'submitted' || entry.receipt.state === 'enroute') continue
    const known = messages.get(message.id)
    if (known === undefined) messages.set(message.id, { message, news: [{ segment, entry }] })
    else known.news.push({ segment, entry })
  }
  if (messages.size === 0) return []
  const others = await otherParts(
    tx,
    [...messages.values()].map(({ message }) => message),
  )
  const settled = [...messages.values()].map(({ message, news }) =>
    settleMessage({ message, segments: others.get(message.id) ?? news.map(({ segment }) => segment), news, lifetimes }),
  )
  updateSegments(
    tx,
    settled.flatMap(({ changed }) => changed),
  )
  const { final = [], touched = [] } = Object.groupBy(settled, ({ effect }) => effect)
  if (touched.length > 0)
    touchMessages(
      tx,
      touched.map(({ message }) => message),
    )
  const finished = final.map(({ message }) => message)
  const followed = final
    .filter(({ message }) => follower.follows(message))
    .map(({ message, segments }) => ({ message, parts: newestParts(segments) }))
  if (storeIsShared && followed.length > 0) {
    const ended = await writeChangesOfOpen(tx, finished)
    return followed.filter(({ message }) => ended.has(message.id))
  }
  if (finished.length > 0) writeChanges(tx, finished)
  return followed
}

/** All segments of long messages; a short one has the one segment that the receipt is about. */
async function otherParts(tx: Transaction, messages: readonly Message[]): Promise<Map<string, SubmittedSegment[]>> {
  const long = messages.filter(({ parts, submissions }) => parts > 1 || submissions > 1)
  if (long.length === 0) return new Map()
  const rows = await tx.all(SEGMENTS_OF, [JSON.stringify(long.map(({ id }) => [id]))])
  return Map.groupBy(rows.map(segmentFromRow), ({ messageId }) => messageId)
}

function updateSegments(tx: Transaction, segments: readonly SubmittedSegment[]): void {
  const rows = segments.map((segment) => [
    segment.messageId,
    segment.submission,
    segment.number,
    segment.status,
    segment.errorCode,
    segment.errorReason,
    segment.doneAt,
  ])
  tx.run(UPDATE_SEGMENTS, [JSON.stringify(rows)])
}

const UPDATE_SEGMENTS = `
update segments set status = v.v_status, error_code = v.v_code, error_reason = v.v_reason, done_at = v.v_done
from (select value->>0 as v_message, cast(value->>1 as integer) as v_submission, cast(value->>2 as integer) as v_number,
  value->>3 as v_status, value->>4 as v_code, value->>5 as v_reason, cast(value->>6 as bigint) as v_done
  from rows($1)) as v
where segments.message_id = v.v_message and segments.submission = v.v_submission and segments.number = v.v_number
  and segments.status = 'submitted'`
