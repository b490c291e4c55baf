import { randomUUID } from 'node:crypto'
import type { Transaction } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import { type ContactWriter, LOCK_CONTACT } from './contacts.ts'
import type { ProvisioningRequest, WantedNumber } from './provisioningRequest.ts'
import { OPEN_STATUSES } from './provisioningStatus.ts'

export interface RequestWriter extends ContactWriter {
  /** The account to which the configuration file gives a number; null: to none. */
  readonly configuredOwner: (number: string) => string | null
}

export interface NumbersWanted {
  readonly accountId: string
  readonly contactId: string
  readonly friendlyName: string | null
  /** At least one, no number twice. */
  readonly numbers: readonly WantedNumber[]
}

export type NumbersRequested =
  | { readonly kind: 'requested'; readonly request: ProvisioningRequest }
  | { readonly kind: 'unknown contact' }
  /** The account has these already, ready or on their way. */
  | { readonly kind: 'own already'; readonly numbers: readonly string[] }
  /** These are ready for another account. */
  | { readonly kind: 'taken'; readonly numbers: readonly string[] }

/**
 * Records a wish to register numbers. Two accounts may wish for the same number: which of them has it the letter of
 * authorization will show, and only one request ever becomes ready.
 */
export async function requestNumbers(
  { db, clock, newId, configuredOwner }: RequestWriter,
  wanted: NumbersWanted,
): Promise<NumbersRequested> {
  const { accountId, contactId } = wanted
  if (!isStorableText(contactId)) return { kind: 'unknown contact' }
  const now = clock.now()
  const request: ProvisioningRequest = {
    id: newId(),
    accountId,
    contactId,
    friendlyName: wanted.friendlyName,
    status: 'LOA_PENDING',
    loaId: randomUUID(),
    loaStatus: 'sent',
    requestedAt: now,
    updatedAt: now,
    completedAt: null,
  }
  return db.write(async (tx) => {
    const [contact] = await tx.all(LOCK_CONTACT, [contactId, accountId])
    if (contact === undefined) return { kind: 'unknown contact' }
    const holders = await holdersOf(tx, wanted, configuredOwner)
    const own = holders.filter((holder) => holder.accountId === accountId)
    if (own.length > 0) return { kind: 'own already', numbers: own.map(({ number }) => number) }
    if (holders.length > 0) return { kind: 'taken', numbers: holders.map(({ number }) => number) }
    tx.run(INSERT_REQUEST, [
      request.id,
      accountId,
      contactId,
      request.friendlyName,
      request.status,
      request.loaId,
      request.loaStatus,
      now,
    ])
    const rows = wanted.numbers.map(({ number, country }) => [request.id, number, accountId, country])
    tx.run(INSERT_NUMBERS, [JSON.stringify(rows)])
    return { kind: 'requested', request }
  })
}

/** Who stands in the way: the account itself, or whoever has the number ready. */
async function holdersOf(
  tx: Transaction,
  { accountId, numbers }: NumbersWanted,
  configuredOwner: RequestWriter['configuredOwner'],
): Promise<{ number: string; accountId: string }[]> {
  const configured = numbers.flatMap(({ number }) => {
    const owner = configuredOwner(number)
    return owner === null ? [] : [{ number, accountId: owner }]
  })
  const list = JSON.stringify(numbers.map(({ number }) => [number]))
  const rows = await tx.all<{ number: string; account_id: string }>(HOLDERS, [list, accountId])
  return [...configured, ...rows.map(({ number, account_id }) => ({ number, accountId: account_id }))]
}

const HOLDERS = `
select registered_numbers.number, registered_numbers.account_id
from (select value->>0 as v_number from rows($1)) as v
join registered_numbers on registered_numbers.account_id = $2 and registered_numbers.number = v.v_number
join provisioning_requests on provisioning_requests.id = registered_numbers.request_id
where provisioning_requests.status in (${OPEN_STATUSES})
union all
select ready_numbers.number, ready_numbers.account_id
from (select value->>0 as v_number from rows($1)) as v
join ready_numbers on ready_numbers.number = v.v_number
where ready_numbers.ready = 1 and ready_numbers.account_id <> $2`

const INSERT_REQUEST = `
insert into provisioning_requests (id, account_id, contact_id, friendly_name, status, loa_id, loa_status, requested_at,
  updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)`

const INSERT_NUMBERS = `
insert into registered_numbers (request_id, number, account_id, country)
select value->>0, value->>1, value->>2, value->>3 from rows($1)`
