import type { Database } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'

/** Notes what the customer reported of a message; the last word counts. False: the account has no such message. */
export async function recordConversion(
  db: Database,
  { accountId, id, converted, at }: { accountId: string; id: string; converted: boolean; at: number },
): Promise<boolean> {
  if (!isStorableText(id)) return false
  const rows = await db.write((tx) =>
    tx.all(
      `update messages set converted = $3, converted_at = $4,
         updated_at = case when updated_at > $4 then updated_at else $4 end
       where id = $1 and account_id = $2 returning messages.id`,
      [id, accountId, converted ? 1 : 0, at],
    ),
  )
  return rows.length > 0
}
