import type { Database, SqlValue } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import {
  type ChannelName,
  MESSAGE_COLUMNS,
  type Message,
  type MessageView,
  messageFromRow,
  SEGMENT_COLUMNS,
  type SubmittedSegment,
  segmentFromRow,
} from './message.ts'
import type { MessageStatus } from './status.ts'

/** One message of the account with the newest word on each part. Null: no such message, or another account's. */
export async function readMessage(db: Database, accountId: string, id: string): Promise<MessageView | null> {
  if (!isStorableText(id)) return null
  const rows = await db.read(`select ${MESSAGE_COLUMNS} from messages where id = $1 and account_id = $2`, [
    id,
    accountId,
  ])
  const row = rows[0]
  if (row === undefined) return null
  return { message: messageFromRow(row), parts: newestParts(await readSegments(db, [id])) }
}

/** Every segment of every submission, oldest submission first. */
export async function readSegments(db: Database, messageIds: readonly string[]): Promise<SubmittedSegment[]> {
  const rows = await db.read(SEGMENTS_OF, [JSON.stringify(messageIds.map((id) => [id]))])
  return rows.map(segmentFromRow)
}

export const SEGMENTS_OF = `
select ${SEGMENT_COLUMNS} from (select value->>0 as v_id from rows($1)) as v
join segments on segments.message_id = v.v_id
order by segments.message_id, segments.submission, segments.number`

/**
 * The word that counts on each part, by part number: a delivery on any submission wins, then a submission a carrier
 * still has, then the last one tried. Expects segments of one message, oldest submission first.
 */
export function newestParts(segments: readonly SubmittedSegment[]): SubmittedSegment[] {
  const parts: SubmittedSegment[] = []
  for (const segment of segments) {
    const known = parts[segment.number - 1]
    if (known === undefined || weight(segment) >= weight(known)) parts[segment.number - 1] = segment
  }
  return parts.filter((part) => part !== undefined)
}

function weight(segment: SubmittedSegment): number {
  if (segment.status === 'delivered') return 2
  return segment.status === 'submitted' ? 1 : 0
}

/** What to list: all given conditions hold at once. */
export interface MessageFilter {
  readonly channel?: ChannelName
  readonly status?: MessageStatus
  readonly recipient?: string
  readonly sender?: string
  readonly reference?: string
  readonly acceptedSince?: number
  readonly acceptedBefore?: number
}

/** A place in a list of changes: everything up to it was seen. */
export interface ChangePosition {
  readonly updatedAt: number
  readonly id: string
}

/** Newest first by acceptance. `before` is the id to go on after; null starts at the top. */
export async function listMessages(
  db: Database,
  { accountId, filter, before, limit }: ListRequest & { readonly before: string | null },
): Promise<MessageView[]> {
  const { where, params } = conditions(accountId, filter)
  if (before !== null) where.push(`messages.id < $${params.push(before)}`)
  const rows = await db.read(
    `select ${MESSAGE_COLUMNS} from messages where ${where.join(' and ')}
     order by messages.id desc limit $${params.push(limit)}`,
    params,
  )
  return withParts(db, rows.map(messageFromRow))
}

/**
 * Oldest change first, after `after` and before `settledBefore`: changes younger than that may still be overtaken by
 * an earlier one whose commit is under way, so a reader that keeps its place would miss it.
 */
export async function listChangedMessages(
  db: Database,
  {
    accountId,
    filter,
    after,
    settledBefore,
    limit,
  }: ListRequest & {
    readonly after: ChangePosition
    readonly settledBefore: number
  },
): Promise<MessageView[]> {
  const { where, params } = conditions(accountId, filter)
  where.push(
    `(messages.updated_at, messages.id) > ($${params.push(after.updatedAt)}, $${params.push(after.id)})`,
    `messages.updated_at < $${params.push(settledBefore)}`,
  )
  const rows = await db.read(
    `select ${MESSAGE_COLUMNS} from messages where ${where.join(' and ')}
     order by messages.updated_at, messages.id limit $${params.push(limit)}`,
    params,
  )
  return withParts(db, rows.map(messageFromRow))
}

interface ListRequest {
  readonly accountId: string
  readonly filter: MessageFilter
  readonly limit: number
}

function conditions(accountId: string, filter: MessageFilter): { where: string[]; params: SqlValue[] } {
  const where: string[] = ['messages.account_id = $1']
  const params: SqlValue[] = [accountId]
  const add = (column: string, value: SqlValue | undefined) => {
    if (value !== undefined) where.push(`${column} $${params.push(value)}`)
  }
  add('messages.channel =', filter.channel)
  add('messages.status =', filter.status)
  add('messages.recipient =', filter.recipient)
  add('messages.sender =', filter.sender)
  add('messages.reference =', filter.reference)
  add('messages.accepted_at >=', filter.acceptedSince)
  add('messages.accepted_at <', filter.acceptedBefore)
  return { where, params }
}

async function withParts(db: Database, messages: readonly Message[]): Promise<MessageView[]> {
  if (messages.length === 0) return []
  const segments = Map.groupBy(
    await readSegments(
      db,
      messages.map(({ id }) => id),
    ),
    ({ messageId }) => messageId,
  )
  return messages.map((message) => ({ message, parts: newestParts(segments.get(message.id) ?? []) }))
}
