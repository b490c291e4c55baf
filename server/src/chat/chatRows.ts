import type { Row, Transaction } from '../db/database.ts'
import type { E164 } from '../numbers/address.ts'
import type { ChatMessage, ChatStatus, ChatStep } from './chat.ts'
import { stepAt } from './stepMessage.ts'

/** A chat message with what only its own code needs. */
export interface StoredChat {
  readonly message: ChatMessage
  /** What the step under way, or the one that decided, has sent. */
  readonly messageId: string | null // null: it waits for its turn in a bulk
  readonly dispatched: boolean
  /** The message of the bulk that must be sent before. */
  readonly waitsFor: string | null // null: none any more
  /** Entries of its history. */
  readonly events: number
}

export const CHAT_COLUMNS =
  'chat_messages.id, chat_messages.account_id, chat_messages.recipient, chat_messages.steps, chat_messages.step, ' +
  'chat_messages.message_id, chat_messages.dispatched, chat_messages.status, chat_messages.stored, ' +
  'chat_messages.context, chat_messages.callback_url, chat_messages.bulk_id, chat_messages.waits_for, ' +
  'chat_messages.events, chat_messages.accepted_at, chat_messages.updated_at, chat_messages.finished_at, ' +
  'chat_messages.error_code, chat_messages.error_message'

/** Reads a row of CHAT_COLUMNS. Rows are our own, written by this module, so they are trusted. */
export function chatFromRow(row: Row): StoredChat {
  const steps = JSON.parse(row.steps as string) as ChatStep[]
  const step = row.step as number
  return {
    message: {
      id: row.id as string,
      accountId: row.account_id as string,
      recipient: row.recipient as E164,
      steps,
      step,
      status: row.status as ChatStatus,
      channel: stepAt(steps, step).channel,
      stored: JSON.parse(row.stored as string) as object,
      context: row.context as string | null,
      callbackUrl: row.callback_url as string | null,
      bulkId: row.bulk_id as string | null,
      acceptedAt: row.accepted_at as number,
      updatedAt: row.updated_at as number,
      finishedAt: row.finished_at as number | null,
      error: row.error_code === null ? null : { code: row.error_code as string, message: row.error_message as string },
    },
    messageId: row.message_id as string | null,
    dispatched: row.dispatched === 1,
    waitsFor: row.waits_for as string | null,
    events: row.events as number,
  }
}

export function insertChats(tx: Transaction, chats: readonly StoredChat[]): void {
  tx.run(INSERT, [JSON.stringify(chats.map(rowOf))])
}

const INSERT = `
insert into chat_messages (id, account_id, recipient, steps, step, message_id, dispatched, status, stored, context,
  callback_url, bulk_id, waits_for, events, accepted_at, updated_at)
select value->>0, value->>1, value->>2, value->>3, cast(value->>4 as integer), value->>5, cast(value->>6 as integer),
  value->>7, value->>8, value->>9, value->>10, value->>11, value->>12, cast(value->>13 as integer),
  cast(value->>14 as bigint), cast(value->>15 as bigint)
from rows($1)`

function rowOf({ message, messageId, dispatched, waitsFor, events }: StoredChat): unknown[] {
  return [
    message.id,
    message.accountId,
    message.recipient,
    JSON.stringify(message.steps),
    message.step,
    messageId,
    dispatched ? 1 : 0,
    message.status,
    JSON.stringify(message.stored),
    message.context,
    message.callbackUrl,
    message.bulkId,
    waitsFor,
    events,
    message.acceptedAt,
    message.updatedAt,
  ]
}

/**
 * Reads chat messages for a step that will change them. Two nodes may have news of two steps of one message: the lock
 * makes the second wait for what the first has made of it. All take it in the order of the ids.
 */
export async function holdChats(tx: Transaction, ids: Iterable<string>): Promise<StoredChat[]> {
  const rows = await tx.all(HOLD, [idList(ids)])
  return rows.map(chatFromRow)
}

const HOLD = `
select ${CHAT_COLUMNS} from chat_messages where chat_messages.id in (select value->>0 from rows($1))
order by chat_messages.id {pg:for update of chat_messages}`

/** Those that wait for one of these in their bulks; held as above. */
export async function holdWaiting(tx: Transaction, ids: Iterable<string>): Promise<StoredChat[]> {
  const rows = await tx.all(HOLD_WAITING, [idList(ids)])
  return rows.map(chatFromRow)
}

const HOLD_WAITING = `
select ${CHAT_COLUMNS} from chat_messages where chat_messages.waits_for in (select value->>0 from rows($1))
order by chat_messages.id {pg:for update of chat_messages}`

function idList(ids: Iterable<string>): string {
  return JSON.stringify([...new Set(ids)].map((id) => [id]))
}

/** Writes what the chain changes of each; each at most once a call. */
export function updateChats(tx: Transaction, chats: readonly StoredChat[]): void {
  const rows = chats.map(({ message, messageId, dispatched, waitsFor, events }) => [
    message.id,
    message.step,
    messageId,
    dispatched ? 1 : 0,
    message.status,
    waitsFor,
    events,
    message.updatedAt,
    message.finishedAt,
    message.error?.code ?? null,
    message.error?.message ?? null,
  ])
  tx.run(UPDATE, [JSON.stringify(rows)])
}

const UPDATE = `
update chat_messages set step = v.v_step, message_id = v.v_message, dispatched = v.v_dispatched, status = v.v_status,
  waits_for = v.v_waits, events = v.v_events, updated_at = v.v_updated, finished_at = v.v_finished,
  error_code = v.v_code, error_message = v.v_error
from (select value->>0 as v_id, cast(value->>1 as integer) as v_step, value->>2 as v_message,
  cast(value->>3 as integer) as v_dispatched, value->>4 as v_status, value->>5 as v_waits,
  cast(value->>6 as integer) as v_events, cast(value->>7 as bigint) as v_updated,
  cast(value->>8 as bigint) as v_finished, value->>9 as v_code, value->>10 as v_error from rows($1)) as v
where chat_messages.id = v.v_id`
