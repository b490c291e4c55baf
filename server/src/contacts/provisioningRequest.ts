import type { Row } from '../db/database.ts'
import type { E164 } from '../numbers/address.ts'
import { isProvisioningStatus, type LoaStatus, type ProvisioningStatus } from './provisioningStatus.ts'

/** A wish to register numbers that a contact vouches for. */
export interface ProvisioningRequest {
  /** 32 hex digits. */
  readonly id: string
  readonly accountId: string
  readonly contactId: string
  readonly friendlyName: string | null // null: not given
  readonly status: ProvisioningStatus
  /** The letter of authorization. */
  readonly loaId: string
  readonly loaStatus: LoaStatus
  readonly requestedAt: number
  readonly updatedAt: number
  readonly completedAt: number | null // null: still open
}

/** A number to register. */
export interface WantedNumber {
  readonly number: E164
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null // null: of no country
}

export const REQUEST_COLUMNS = `
provisioning_requests.id, provisioning_requests.account_id, provisioning_requests.contact_id,
provisioning_requests.friendly_name, provisioning_requests.status, provisioning_requests.loa_id,
provisioning_requests.loa_status, provisioning_requests.requested_at, provisioning_requests.updated_at,
provisioning_requests.completed_at`

export interface RequestRow extends Row {
  id: string
  account_id: string
  contact_id: string
  friendly_name: string | null
  status: string
  loa_id: string
  loa_status: string
  requested_at: number
  updated_at: number
  completed_at: number | null
}

export function requestFromRow(row: RequestRow): ProvisioningRequest {
  return {
    id: row.id,
    accountId: row.account_id,
    contactId: row.contact_id,
    friendlyName: row.friendly_name,
    status: statusOf(row.status),
    loaId: row.loa_id,
    loaStatus: row.loa_status === 'Completed' ? 'Completed' : 'sent',
    requestedAt: row.requested_at,
    updatedAt: row.updated_at,
    completedAt: row.completed_at,
  }
}

function statusOf(text: string): ProvisioningStatus {
  if (isProvisioningStatus(text)) return text
  throw new Error(`A provisioning request has the status ${text}, which this version does not know`)
}
