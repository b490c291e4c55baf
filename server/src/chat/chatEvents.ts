import type { Database, Row, Transaction } from '../db/database.ts'
import type { ChatEvent } from './chat.ts'

/** An event on its way into the store; `number` counts those of its message from 1. */
export interface NewChatEvent extends ChatEvent {
  readonly chatId: string
  readonly number: number
}

export function insertEvents(tx: Transaction, events: readonly NewChatEvent[]): void {
  const rows = events.map(({ chatId, number, at, state, channel, details }) => [
    chatId,
    number,
    at,
    state,
    channel,
    details?.code ?? null,
    details?.message ?? null,
  ])
  tx.run(INSERT, [JSON.stringify(rows)])
}

const INSERT = `
insert into chat_events (chat_id, number, at, state, channel, code, message)
select value->>0, cast(value->>1 as integer), cast(value->>2 as bigint), value->>3, value->>4, value->>5, value->>6
from rows($1)`

/** Oldest first. A chain is short and each of its steps has few events, so all are read. */
export async function readEvents(db: Database, chatId: string): Promise<ChatEvent[]> {
  return (await db.read(READ, [chatId])).map(eventFromRow)
}

const READ = 'select at, state, channel, code, message from chat_events where chat_id = $1 order by number'

/** Rows are our own, written by this module, so they are trusted. */
function eventFromRow(row: Row): ChatEvent {
  return {
    at: row.at as number,
    state: row.state as ChatEvent['state'],
    channel: row.channel as ChatEvent['channel'],
    details: row.code === null ? null : { code: row.code as string, message: row.message as string },
  }
}
