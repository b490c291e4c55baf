import type { Row } from '../db/database.ts'
import type { E164 } from '../numbers/address.ts'

/** Who vouches for numbers: a company and a person there. */
export interface Contact extends ContactDetails {
  /** 32 hex digits. */
  readonly id: string
  readonly accountId: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** What a customer says of a contact. Null: not given. */
export interface ContactDetails {
  readonly friendlyName: string | null
  readonly companyName: string
  readonly companyAddress: string | null
  readonly contactName: string
  readonly contactEmail: string
  readonly contactPhone: E164
  readonly contactTitle: string | null
}

export const CONTACT_COLUMNS = `
contacts.id, contacts.account_id, contacts.friendly_name, contacts.company_name, contacts.company_address,
contacts.contact_name, contacts.contact_email, contacts.contact_phone, contacts.contact_title,
contacts.created_at, contacts.updated_at`

export interface ContactRow extends Row {
  id: string
  account_id: string
  friendly_name: string | null
  company_name: string
  company_address: string | null
  contact_name: string
  contact_email: string
  contact_phone: string
  contact_title: string | null
  created_at: number
  updated_at: number
}

export function contactFromRow(row: ContactRow): Contact {
  return {
    id: row.id,
    accountId: row.account_id,
    friendlyName: row.friendly_name,
    companyName: row.company_name,
    companyAddress: row.company_address,
    contactName: row.contact_name,
    contactEmail: row.contact_email,
    // Only parsed numbers are written.
    contactPhone: row.contact_phone as E164,
    contactTitle: row.contact_title,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
