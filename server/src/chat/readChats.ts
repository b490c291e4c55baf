import type { Database } from '../db/database.ts'
import { CHAT_RETENTION_MS } from '../messages/lifetimes.ts'
import type { ChatMessage } from './chat.ts'
import { CHAT_COLUMNS, chatFromRow } from './chatRows.ts'

/** Null: the account has none of this id, or its time is over, whether or not it is purged yet. */
export async function readChat(
  db: Database,
  { accountId, id, now }: { readonly accountId: string; readonly id: string; readonly now: number },
): Promise<ChatMessage | null> {
  const key = readId(id)
  if (key === null) return null
  const [row] = await db.read(READ, [key, accountId, now - CHAT_RETENTION_MS])
  return row === undefined ? null : chatFromRow(row).message
}

const READ = `
select ${CHAT_COLUMNS} from chat_messages
where chat_messages.id = $1 and chat_messages.account_id = $2
  and (chat_messages.finished_at is null or chat_messages.finished_at > $3)`

/** As it is stored: UUIDs are the same in capitals (RFC 9562 §4). Null: no id at all, so no table is asked for it. */
function readId(text: string): string | null {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null
}
