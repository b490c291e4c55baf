import type { InboundTarget } from '../accounts/account.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { OPEN_STATUSES } from './provisioningStatus.ts'
import type { RegisteredNumbers } from './registeredNumbers.ts'

/**
 * Whom to call with what arrives for one of the account's numbers; null: nobody. It may be set before the number is
 * ready. False: the account has no such number, ready or on its way.
 */
export async function setInboundTarget(
  {
    db,
    clock,
    registeredNumbers,
  }: { db: Database; clock: Clock; registeredNumbers: Pick<RegisteredNumbers, 'refresh'> },
  { accountId, number, target }: { accountId: string; number: string; target: InboundTarget | null },
): Promise<boolean> {
  const found = await db.write(async (tx) => {
    const rows = await tx.all(SET, [accountId, number, target?.url ?? null, target?.method ?? null])
    tx.run(TOUCH, [accountId, number, clock.now()])
    return rows.length > 0
  })
  if (found) await registeredNumbers.refresh()
  return found
}

const SET = `
update registered_numbers set inbound_url = $3, inbound_method = $4
where account_id = $1 and number = $2
  and request_id in (select id from provisioning_requests where account_id = $1 and status in (${OPEN_STATUSES}))
returning number`

/** So that every node reads the number again. */
const TOUCH = 'update ready_numbers set updated_at = $3 where account_id = $1 and number = $2 and ready = 1'
