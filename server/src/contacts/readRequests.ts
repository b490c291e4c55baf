import type { Database } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import type { Page } from './page.ts'
import { type ProvisioningRequest, REQUEST_COLUMNS, type RequestRow, requestFromRow } from './provisioningRequest.ts'

/** The account's requests, oldest first. Filters hold exactly and all at once; null: whatever it is. */
export async function listRequests(
  db: Database,
  { accountId, contactId, friendlyName, page }: RequestFilter & { readonly page: Page },
): Promise<ProvisioningRequest[]> {
  const params = [accountId, contactId, friendlyName, page.size, page.size * page.number]
  const rows = await db.read<RequestRow>(LIST, params)
  return rows.map(requestFromRow)
}

export interface RequestFilter {
  readonly accountId: string
  readonly contactId: string | null
  readonly friendlyName: string | null
}

const LIST = `
select ${REQUEST_COLUMNS} from provisioning_requests
where account_id = $1 and (cast($2 as text) is null or contact_id = $2)
  and (cast($3 as text) is null or friendly_name = $3)
order by id limit $4 offset $5`

/** Null: no such request, or another account's. */
export async function readRequest(
  db: Database,
  { accountId, id }: { accountId: string; id: string },
): Promise<ProvisioningRequest | null> {
  if (!isStorableText(id)) return null
  const [row] = await db.read<RequestRow>(READ, [id, accountId])
  return row === undefined ? null : requestFromRow(row)
}

const READ = `select ${REQUEST_COLUMNS} from provisioning_requests where id = $1 and account_id = $2`
