import type { InboundTarget } from '../accounts/account.ts'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Row } from '../db/database.ts'

/** The registered numbers that are ready to send from and to receive on, of all accounts, in memory. */
export interface RegisteredNumbers {
  /** Whose ready number this is (E.164), and whom to call with what arrives for it; null: nobody's. */
  ownerOf(number: string): NumberOwner | null
  /** Whether the account may send from this number because it is its own and ready. */
  isReadyFor(accountId: string, number: string): boolean
  /**
   * Reads what has changed; then every change committed before the call is known here. Where the store cannot be read
   * it resolves too, and the numbers known so far stay good until the next second's try.
   */
  refresh(): Promise<void>
  /** Reads all of them, then keeps up with what other nodes change, once a second. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface NumberOwner {
  readonly accountId: string
  readonly target: InboundTarget | null // null: kept, nobody is called
}

export interface RegisteredNumbersOptions {
  readonly db: Database
  readonly clock: Clock
  /** Told of failures that waiting will not mend. */
  readonly trouble: (error: unknown) => void
}

export function createRegisteredNumbers({ db, clock, trouble }: RegisteredNumbersOptions): RegisteredNumbers {
  const owners = new Map<string, NumberOwner>()
  let knownUpTo = 0
  let tail: Promise<void> = Promise.resolve()
  let cancel = () => {}
  let stopped = true

  return {
    ownerOf: (number) => owners.get(number) ?? null,
    isReadyFor: (accountId, number) => owners.get(number)?.accountId === accountId,
    refresh,
    async start() {
      stopped = false
      await readChanges()
      schedule()
    },
    async stop() {
      stopped = true
      cancel()
      await tail
    },
  }

  /** One read at a time; a call never shares one that began before it, which might not see the caller's commit. */
  function refresh(): Promise<void> {
    tail = tail.then(readChanges).catch((error) => {
      if (!(error instanceof DatabaseUnavailable)) trouble(error)
    })
    return tail
  }

  function schedule(): void {
    if (stopped) return
    cancel = clock.after(REFRESH_EVERY_MS, () => {
      refresh().finally(schedule)
    })
  }

  async function readChanges(): Promise<void> {
    let after: Place = { updatedAt: knownUpTo - OVERLAP_MS, number: '' }
    for (;;) {
      const rows = await db.read<OwnerRow>(CHANGES, [after.updatedAt, after.number, ROWS_MAX])
      for (const row of rows) apply(row)
      const last = rows.at(-1)
      // A page that is not full was the last one.
      if (last === undefined || rows.length < ROWS_MAX) return
      after = { updatedAt: last.updated_at, number: last.number }
    }
  }

  function apply({ number, account_id, ready, inbound_url, inbound_method, updated_at }: OwnerRow): void {
    knownUpTo = Math.max(knownUpTo, updated_at)
    if (ready === 0) owners.delete(number)
    else owners.set(number, { accountId: account_id, target: targetOf(inbound_url, inbound_method) })
  }
}

/** An inbound target as two columns hold it. */
export function targetOf(url: string | null, method: string | null): InboundTarget | null {
  return url === null ? null : { url, method: method === 'GET' ? 'GET' : 'POST' }
}

const REFRESH_EVERY_MS = 1_000
/**
 * Changes this much older than the newest known one are read again: another node's clock may be behind ours, and its
 * commit may come after one that was begun later.
 */
const OVERLAP_MS = 30_000
/** Rows of one read. */
const ROWS_MAX = 5_000

const CHANGES = `
select ready_numbers.number, ready_numbers.account_id, ready_numbers.ready, ready_numbers.updated_at,
  registered_numbers.inbound_url, registered_numbers.inbound_method
from ready_numbers join registered_numbers
  on registered_numbers.request_id = ready_numbers.request_id and registered_numbers.number = ready_numbers.number
where (ready_numbers.updated_at, ready_numbers.number) > ($1, $2)
order by ready_numbers.updated_at, ready_numbers.number limit $3`

interface Place {
  readonly updatedAt: number
  readonly number: string
}

interface OwnerRow extends Row {
  number: string
  account_id: string
  ready: number
  inbound_url: string | null
  inbound_method: string | null
  updated_at: number
}
