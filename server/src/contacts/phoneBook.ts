import type { InboundTarget } from '../accounts/account.ts'
import type { Database } from '../db/database.ts'
import type { Page } from './page.ts'
import { type ProvisioningRequest, REQUEST_COLUMNS, type RequestRow, requestFromRow } from './provisioningRequest.ts'
import { OPEN_STATUSES } from './provisioningStatus.ts'
import { targetOf } from './registeredNumbers.ts'

/** One number of one request. */
export interface PhoneBookEntry {
  readonly number: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null // null: of no country
  readonly target: InboundTarget | null // null: nobody is called with inbound messages
  readonly request: ProvisioningRequest
}

/**
 * The numbers of the account's requests, whatever became of them, in the order of the requests. That order never
 * changes and new ones come last, so that pages read one after the other show each number once.
 */
export async function listPhoneBook(
  db: Database,
  {
    accountId,
    requestId,
    contactId,
    page,
  }: { accountId: string; requestId: string | null; contactId: string | null; page: Page },
): Promise<PhoneBookEntry[]> {
  const params = [accountId, requestId, contactId, page.size, page.size * page.number]
  return (await db.read<EntryRow>(LIST, params)).map(entryFromRow)
}

const ENTRIES = `
select registered_numbers.number, registered_numbers.country, registered_numbers.inbound_url,
  registered_numbers.inbound_method, ${REQUEST_COLUMNS}
from provisioning_requests
join registered_numbers on registered_numbers.request_id = provisioning_requests.id
where provisioning_requests.account_id = $1`

const LIST = `${ENTRIES}
  and (cast($2 as text) is null or provisioning_requests.id = $2)
  and (cast($3 as text) is null or provisioning_requests.contact_id = $3)
order by registered_numbers.request_id, registered_numbers.number limit $4 offset $5`

/** Every registration of one number (E.164) by the account, oldest first. */
export async function readPhoneBookNumber(
  db: Database,
  { accountId, number }: { accountId: string; number: string },
): Promise<PhoneBookEntry[]> {
  return (await db.read<EntryRow>(ONE, [accountId, number])).map(entryFromRow)
}

/** By the numbers' index first: requests may hold thousands of them. */
const ONE = `${ENTRIES} and registered_numbers.account_id = $1 and registered_numbers.number = $2
order by registered_numbers.request_id`

/** The account's numbers that are ready or on their way, by number, after `after`. */
export async function listOpenNumbers(
  db: Database,
  { accountId, after, limit }: { accountId: string; after: string; limit: number },
): Promise<PhoneBookEntry[]> {
  return (await db.read<EntryRow>(OPEN, [accountId, after, limit])).map(entryFromRow)
}

const OPEN = `${ENTRIES} and registered_numbers.account_id = $1 and registered_numbers.number > $2
  and provisioning_requests.status in (${OPEN_STATUSES})
order by registered_numbers.number limit $3`

interface EntryRow extends RequestRow {
  number: string
  country: string | null
  inbound_url: string | null
  inbound_method: string | null
}

function entryFromRow(row: EntryRow): PhoneBookEntry {
  return {
    number: row.number,
    country: row.country,
    target: targetOf(row.inbound_url, row.inbound_method),
    request: requestFromRow(row),
  }
}
