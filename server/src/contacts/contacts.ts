import type { Clock } from '../clock.ts'
import type { Database, SqlValue } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import { CONTACT_COLUMNS, type Contact, type ContactDetails, type ContactRow, contactFromRow } from './contact.ts'
import type { Page } from './page.ts'
import { OPEN_STATUSES } from './provisioningStatus.ts'

/** What writing needs. `newId` gives 32 hex digits that rise with time. */
export interface ContactWriter {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
}

export async function createContact(
  { db, clock, newId }: ContactWriter,
  { accountId, details }: { readonly accountId: string; readonly details: ContactDetails },
): Promise<Contact> {
  const now = clock.now()
  const contact: Contact = { ...details, id: newId(), accountId, createdAt: now, updatedAt: now }
  await db.write((tx) => tx.run(INSERT, [...valuesOf(contact), contact.createdAt]))
  return contact
}

const INSERT = `
insert into contacts (id, account_id, friendly_name, company_name, company_address, contact_name, contact_email,
  contact_phone, contact_title, updated_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

function valuesOf(contact: Contact): SqlValue[] {
  return [
    contact.id,
    contact.accountId,
    contact.friendlyName,
    contact.companyName,
    contact.companyAddress,
    contact.contactName,
    contact.contactEmail,
    contact.contactPhone,
    contact.contactTitle,
    contact.updatedAt,
  ]
}

/** The account's contacts, oldest first. `friendlyName` exactly; null: whatever it is. */
export async function listContacts(
  db: Database,
  { accountId, friendlyName, page }: { accountId: string; friendlyName: string | null; page: Page },
): Promise<Contact[]> {
  const rows = await db.read<ContactRow>(LIST, [accountId, friendlyName, page.size, page.size * page.number])
  return rows.map(contactFromRow)
}

const LIST = `
select ${CONTACT_COLUMNS} from contacts
where account_id = $1 and (cast($2 as text) is null or friendly_name = $2)
order by id limit $3 offset $4`

/** Null: no such contact, or another account's. */
export async function readContact(db: Database, { accountId, id }: ContactKey): Promise<Contact | null> {
  if (!isStorableText(id)) return null
  const [row] = await db.read<ContactRow>(READ, [id, accountId])
  return row === undefined ? null : contactFromRow(row)
}

export interface ContactKey {
  readonly accountId: string
  readonly id: string
}

const READ = `select ${CONTACT_COLUMNS} from contacts where id = $1 and account_id = $2`
/** Held until the commit, so that a contact does not change or vanish under a request that names it. */
export const LOCK_CONTACT = `${READ} {pg:for update}`

/** Changes what is given and keeps the rest. Null: no such contact, or another account's. */
export async function editContact(
  { db, clock }: Pick<ContactWriter, 'db' | 'clock'>,
  { accountId, id, changes }: ContactKey & { readonly changes: Partial<ContactDetails> },
): Promise<Contact | null> {
  if (!isStorableText(id)) return null
  return db.write(async (tx) => {
    const [row] = await tx.all<ContactRow>(LOCK_CONTACT, [id, accountId])
    if (row === undefined) return null
    const contact = { ...contactFromRow(row), ...changes, updatedAt: clock.now() }
    tx.run(UPDATE, valuesOf(contact))
    return contact
  })
}

const UPDATE = `
update contacts set friendly_name = $3, company_name = $4, company_address = $5, contact_name = $6,
  contact_email = $7, contact_phone = $8, contact_title = $9, updated_at = $10
where id = $1 and account_id = $2`

/** A contact that still vouches for numbers stays: 'in use'. */
export type ContactDeletion =
  | { readonly kind: 'deleted'; readonly contact: Contact }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in use' }

export async function deleteContact(db: Database, { accountId, id }: ContactKey): Promise<ContactDeletion> {
  if (!isStorableText(id)) return { kind: 'unknown' }
  return db.write(async (tx) => {
    const [row] = await tx.all<ContactRow>(LOCK_CONTACT, [id, accountId])
    if (row === undefined) return { kind: 'unknown' }
    const requests = await tx.all(OPEN_REQUESTS, [id])
    if (requests.length > 0) return { kind: 'in use' }
    tx.run('delete from contacts where id = $1', [id])
    return { kind: 'deleted', contact: contactFromRow(row) }
  })
}

const OPEN_REQUESTS = `
select id from provisioning_requests where contact_id = $1 and status in (${OPEN_STATUSES}) limit 1`
