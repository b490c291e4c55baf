import assert from 'node:assert/strict'
import type { Database } from '../src/db/database.ts'
import type { Message, MessageView } from '../src/messages/message.ts'
import { readMessage } from '../src/messages/readMessages.ts'
import { messageId } from './sampleMessages.ts'

/** A message of account acme with its parts, as it is in the store. */
export async function storedView(db: Database, id = messageId(1)): Promise<MessageView> {
  const view = await readMessage(db, 'acme', id)
  assert.ok(view)
  return view
}

export async function storedMessage(db: Database, id = messageId(1)): Promise<Message> {
  return (await storedView(db, id)).message
}

/** Who holds each message, in the order of their ids; null: nobody. */
export async function storedLeases(db: Database): Promise<unknown[]> {
  return (await db.read('select leased_by from messages order by id')).map((row) => row.leased_by)
}

/** How many messages there are of each status. */
export async function storedStatuses(db: Database): Promise<Record<string, number>> {
  const rows = await db.read('select status, count(*) as messages from messages group by status order by status')
  return Object.fromEntries(rows.map((row) => [String(row.status), Number(row.messages)]))
}
