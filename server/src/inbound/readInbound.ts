import type { Database, Row, SqlValue } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import type { InboundMessage } from './inboundMessage.ts'
import type { SetPart } from './partSet.ts'

/** What to list: all given conditions hold at once. */
export interface InboundFilter {
  /** The handset. */
  readonly sender?: string
  /** Our number. */
  readonly recipient?: string
  /** Recorded at or after this. */
  readonly since?: number
}

/** The account's messages, newest first. `before` is the id to go on after; null starts at the top. */
export async function listInbound(
  db: Database,
  {
    accountId,
    filter,
    before,
    limit,
  }: {
    readonly accountId: string
    readonly filter: InboundFilter
    readonly before: string | null
    readonly limit: number
  },
): Promise<InboundMessage[]> {
  const where = ['account_id = $1']
  const params: SqlValue[] = [accountId]
  const add = (condition: string, value: SqlValue | undefined) => {
    if (value !== undefined) where.push(`${condition} $${params.push(value)}`)
  }
  add('sender =', filter.sender)
  add('recipient =', filter.recipient)
  add('recorded_at >=', filter.since)
  add('id <', before ?? undefined)
  const rows = await db.read(
    `select ${COLUMNS} from inbound_messages where ${where.join(' and ')}
     order by id desc limit $${params.push(limit)}`,
    params,
  )
  return rows.map(messageFromRow)
}

/** A part as it was received; late ones are not in the text of their message. */
export type ReadPart = Omit<SetPart, 'againAt'>

export interface InboundView {
  readonly message: InboundMessage
  /** By number, late ones too. Empty for a message of one part, which is its own part. */
  readonly parts: readonly ReadPart[]
}

/** One message of the account with its parts. Null: no such message, or another account's. */
export async function readInbound(db: Database, accountId: string, id: string): Promise<InboundView | null> {
  if (!isStorableText(id)) return null
  const [row] = await db.read(`select ${COLUMNS} from inbound_messages where id = $1 and account_id = $2`, [
    id,
    accountId,
  ])
  if (row === undefined) return null
  const message = messageFromRow(row)
  const parts = message.setId === null ? [] : await db.read(PARTS, [message.setId])
  return { message, parts: parts.map(partFromRow) }
}

const COLUMNS = `id, account_id, sender, recipient, body, body_is_hex, size, missing, mccmnc, carrier_id, data_coding,
  received_at, recorded_at, set_id`

const PARTS = `
select number, carrier_id, data_coding, payload, received_at, late from inbound_parts
where set_id = $1 order by number`

/** Rows are our own, written by this module, so they are trusted. */
function messageFromRow(row: Row): InboundMessage {
  return {
    id: row.id as string,
    accountId: row.account_id as string,
    sender: row.sender as string,
    recipient: row.recipient as string,
    body: row.body as string,
    bodyIsHex: row.body_is_hex === 1,
    size: row.size as number,
    missing: row.missing as number,
    mccmnc: row.mccmnc as string | null,
    carrierId: row.carrier_id as string,
    dataCoding: row.data_coding as number,
    receivedAt: row.received_at as number,
    recordedAt: row.recorded_at as number,
    setId: row.set_id as string | null,
  }
}

function partFromRow(row: Row): ReadPart {
  return {
    number: row.number as number,
    carrierId: row.carrier_id as string,
    dataCoding: row.data_coding as number,
    payload: row.payload as string,
    receivedAt: row.received_at as number,
    late: row.late === 1,
  }
}
