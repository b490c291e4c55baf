import assert from 'node:assert/strict'
import type { Transaction } from '../db/database.ts'
import { flag, type Message } from './message.ts'
import { type MessageStatus, mayMove, OPEN_STATUSES_SQL } from './status.ts'

/** What a step of a message's life changes. What is absent stays as it was. */
export interface StatusChange {
  readonly status: MessageStatus
  readonly carrierId?: string
  readonly submissions?: number
  readonly submittedAt?: number
  readonly doneAt?: number
  readonly errorCode?: string | null
  readonly errorReason?: string | null
  readonly inDoubt?: boolean
  /** When to look at the message again; a final state sets the purge. */
  readonly dueAt: number | null
}

/** The message as the change leaves it. Throws where the move is illegal: that is a bug, not an event. */
export function applyChange(message: Message, change: StatusChange, now: number): Message {
  assert.ok(mayMove(message.status, change.status), `${message.status} → ${change.status} is not a legal move`)
  return { ...message, ...change, updatedAt: now }
}

/**
 * Writes changed messages and frees their leases; the only statement that moves a status. A row that is final already
 * is left alone, whatever the caller believed. What is not to be tried again loses its content, which may be secret.
 * Each id at most once a call.
 */
export function writeChanges(tx: Transaction, messages: readonly Message[]): void {
  tx.run(UPDATE, [JSON.stringify(messages.map(rowOf))])
}

/** As `writeChanges`; resolves with the ids of the rows that it moved, those that were not final before. */
export async function writeChangesOfOpen(tx: Transaction, messages: readonly Message[]): Promise<Set<string>> {
  const rows = await tx.all(`${UPDATE} returning messages.id`, [JSON.stringify(messages.map(rowOf))])
  return new Set(rows.map((row) => String(row.id)))
}

/**
 * Says that something about messages changed that shows beside them: readers of changes see them again. Leases stay:
 * another part of the message may be on its way.
 */
export function touchMessages(tx: Transaction, messages: readonly Message[]): void {
  tx.run(TOUCH, [JSON.stringify(messages.map(({ id, updatedAt }) => [id, updatedAt]))])
}

const UPDATE = `
update messages set status = v.v_status, carrier_id = v.v_carrier, submissions = v.v_submissions,
  submitted_at = v.v_submitted, done_at = v.v_done, error_code = v.v_code, error_reason = v.v_reason,
  in_doubt = v.v_doubt, due_at = v.v_due, updated_at = v.v_updated, leased_by = null,
  content = case when v.v_status in ('accepted', 'queued') then content end
from (select value->>0 as v_id, value->>1 as v_status, value->>2 as v_carrier, cast(value->>3 as integer) as v_submissions,
  cast(value->>4 as bigint) as v_submitted, cast(value->>5 as bigint) as v_done, value->>6 as v_code,
  value->>7 as v_reason, cast(value->>8 as integer) as v_doubt, cast(value->>9 as bigint) as v_due,
  cast(value->>10 as bigint) as v_updated from rows($1)) as v
where messages.id = v.v_id and messages.status in (${OPEN_STATUSES_SQL})`

const TOUCH = `
update messages set updated_at = v.v_updated
from (select value->>0 as v_id, cast(value->>1 as bigint) as v_updated from rows($1)) as v where messages.id = v.v_id`

function rowOf(message: Message): unknown[] {
  return [
    message.id,
    message.status,
    message.carrierId,
    message.submissions,
    message.submittedAt,
    message.doneAt,
    message.errorCode,
    message.errorReason,
    flag(message.inDoubt),
    message.dueAt,
    message.updatedAt,
  ]
}
