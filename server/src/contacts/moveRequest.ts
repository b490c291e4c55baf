import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import { type ProvisioningRequest, REQUEST_COLUMNS, type RequestRow, requestFromRow } from './provisioningRequest.ts'
import { loaStatusAfter, mayMove, movesFrom, type ProvisioningStatus } from './provisioningStatus.ts'
import type { RegisteredNumbers } from './registeredNumbers.ts'

export interface RequestMover {
  readonly db: Database
  readonly clock: Clock
  readonly registeredNumbers: Pick<RegisteredNumbers, 'refresh'>
  /** The account to which the configuration file gives a number; null: to none. */
  readonly configuredOwner: (number: string) => string | null
}

export type RequestMoved =
  | { readonly kind: 'moved'; readonly request: ProvisioningRequest }
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'not from there'
      readonly status: ProvisioningStatus
      readonly moves: readonly ProvisioningStatus[]
    }
  /** These numbers are somebody's already. */
  | { readonly kind: 'taken'; readonly numbers: readonly string[] }

/**
 * The operator's word on a request. Its numbers become ready with PROVISIONED and stop being so with DEPROVISIONED, all
 * of them or none; on this node at once, on the others about a second later. The status it has already changes nothing.
 */
export async function moveRequest(
  { db, clock, registeredNumbers, configuredOwner }: RequestMover,
  { accountId, id, status }: { accountId: string; id: string; status: ProvisioningStatus },
): Promise<RequestMoved> {
  if (!isStorableText(id)) return { kind: 'unknown' }
  const moved = await db
    .write(async (tx): Promise<RequestMoved> => {
      const [row] = await tx.all<RequestRow>(LOCK_REQUEST, [id, accountId])
      if (row === undefined) return { kind: 'unknown' }
      const before = requestFromRow(row)
      if (before.status === status) return { kind: 'moved', request: before }
      if (!mayMove(before.status, status)) {
        return { kind: 'not from there', status: before.status, moves: movesFrom(before.status) }
      }
      const request = after(before, status, clock.now())
      if (status === 'PROVISIONED') await claimNumbers(tx, request, configuredOwner)
      else if (status === 'DEPROVISIONED') tx.run(RELEASE, [id, request.updatedAt])
      tx.run(UPDATE, [id, request.status, request.loaStatus, request.updatedAt, request.completedAt])
      return { kind: 'moved', request }
    })
    .catch((error: unknown): RequestMoved => {
      if (error instanceof NumbersTaken) return { kind: 'taken', numbers: error.numbers }
      throw error
    })
  if (moved.kind === 'moved') await registeredNumbers.refresh()
  return moved
}

function after(before: ProvisioningRequest, status: ProvisioningStatus, now: number): ProvisioningRequest {
  return {
    ...before,
    status,
    loaStatus: loaStatusAfter(status, before.loaStatus),
    updatedAt: now,
    completedAt: before.completedAt ?? (status === 'LOA_READY' ? null : now),
  }
}

const LOCK_REQUEST = `
select ${REQUEST_COLUMNS} from provisioning_requests where id = $1 and account_id = $2 {pg:for update}`

const UPDATE = `
update provisioning_requests set status = $2, loa_status = $3, updated_at = $4, completed_at = $5 where id = $1`

/** Rolls back what was claimed before the number that could not be. */
class NumbersTaken extends Error {
  readonly numbers: readonly string[]

  constructor(numbers: readonly string[]) {
    super('Numbers are ready for another request')
    this.numbers = numbers
  }
}

/** All or nothing; of two nodes that claim one number the database lets one wait and then miss it. */
async function claimNumbers(
  tx: Transaction,
  { id, updatedAt }: ProvisioningRequest,
  configuredOwner: RequestMover['configuredOwner'],
): Promise<void> {
  const wanted = await tx.all<{ number: string }>('select number from registered_numbers where request_id = $1', [id])
  const claimed = await tx.all<{ number: string }>(CLAIM, [id, updatedAt])
  const free = new Set(claimed.map(({ number }) => number))
  const taken = wanted.map(({ number }) => number).filter((number) => !free.has(number) || configuredOwner(number))
  if (taken.length > 0) throw new NumbersTaken(taken)
}

/** In the order of the numbers, so that two nodes never wait for each other. */
const CLAIM = `
insert into ready_numbers (number, account_id, request_id, ready, updated_at)
select number, account_id, request_id, 1, cast($2 as bigint) from registered_numbers where request_id = $1 order by number
on conflict (number) do update set account_id = excluded.account_id, request_id = excluded.request_id, ready = 1,
  updated_at = excluded.updated_at
where ready_numbers.ready = 0
returning number`

const RELEASE = 'update ready_numbers set ready = 0, updated_at = $2 where request_id = $1 and ready = 1'
