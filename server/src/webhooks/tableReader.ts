import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { CallScheduler } from './callScheduler.ts'
import { claimDeliveries, claimInSequence, dueEndpoints } from './claimDeliveries.ts'
import { endpointIdIn, type HeldDelivery } from './delivery.ts'
import { purgeEndpoints } from './endpointRows.ts'
import { purgeStates } from './endpointStates.ts'
import { leasedDeliveries, returnLeases } from './leases.ts'
import { type ExpiredDelivery, expireDeliveries, purgeDeliveries } from './retireDeliveries.ts'

export interface TableReaderOptions {
  readonly db: Database
  readonly clock: Clock
  readonly nodeId: string
  readonly retentionMs: number
  readonly scheduler: CallScheduler
  readonly isOrdered: (endpointId: string) => boolean
  /** How many more deliveries this process may hold. */
  readonly heldRoom: () => number
  readonly holds: (deliveryId: string) => boolean
  readonly claimed: (delivery: HeldDelivery) => void
  readonly expired: (deliveries: readonly ExpiredDelivery[]) => void
  readonly waiting: (count: number) => void
  /** A round broke off; the next one tries again. */
  readonly failed: (error: unknown) => void
}

export const readEveryMs = 1_000
const expireEveryMs = 10_000
const tidyEveryMs = 60_000
/** Endpoints whose rows one transaction claims. */
const endpointsPerClaim = 64
/** Endpoints looked at in one round; the next one goes on behind them. */
const endpointsPerRound = 1_024
const retiredPerTransaction = 1_000
/** Transactions of each kind a second, so that what delivers always finds its turn at the writer. */
const transactionsPerRound = 20
/** A lease unknown to this process for longer than this is a stray. */
const strayAfterMs = 60_000
const leasedReadMax = 50_000
export const waitingCountMax = 10_000
const forgetEndpointAfterMs = 600_000
/** Longer than any delivery is tried. */
const forgetStateAfterMs = 3 * 86_400_000
/** Longer than a node may be away without learning that an endpoint was deleted, and than any delivery waits for it. */
const forgetDeletedAfterMs = 7 * 86_400_000

/**
 * Reads the table each second, and at once for an endpoint that is known to have more. One round at a time; old rows are
 * retired beside the rounds, so that no delivery waits for them.
 */
export class TableReader {
  readonly #options: TableReaderOptions
  readonly #clock: Clock
  readonly #wanted = new Set<string>()
  #cursor = ''
  #expireAt = 0
  #purgeAt = 0
  #tidiedAt = 0
  #round: Promise<void> | null = null // null: none is running
  #retiring: Promise<void> | null = null // null: none is running
  #cancelTimer: (() => void) | null = null // null: stopped or not started

  constructor(options: TableReaderOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  start(): void {
    this.#cancelTimer = this.#clock.after(0, () => this.#tick())
  }

  /** Resolves when nothing is being read any more. */
  async stop(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#wanted.clear()
    await this.#round
    await this.#retiring
  }

  /** Fetch more for this endpoint as soon as possible. */
  want(endpointKey: string): void {
    if (this.#cancelTimer === null) return
    this.#wanted.add(endpointKey)
    if (this.#round === null) this.#run(() => this.#claimWanted())
  }

  /** Fetch more for this endpoint at that instant: earlier than the next look at the table would find it. */
  wantAt(endpointKey: string, at: number): void {
    this.#clock.after(at - this.#clock.now(), () => {
      // Node's timers may be a millisecond early.
      if (this.#clock.now() < at) this.wantAt(endpointKey, at)
      else this.want(endpointKey)
    })
  }

  #tick(): void {
    this.#cancelTimer = this.#clock.after(readEveryMs, () => this.#tick())
    if (this.#round === null) this.#run(() => this.#readAll())
    this.#retiring ??= this.#retire()
      .catch((error) => this.#options.failed(error))
      .then(() => {
        this.#retiring = null
      })
  }

  #run(work: () => Promise<void>): void {
    this.#round = work()
      .catch((error) => this.#options.failed(error))
      .then(() => {
        this.#round = null
        if (this.#wanted.size > 0 && this.#cancelTimer !== null) this.#run(() => this.#claimWanted())
      })
  }

  async #readAll(): Promise<void> {
    const now = this.#clock.now()
    await this.#claimWanted()
    await this.#claimDue(now)
    if (now - this.#tidiedAt >= tidyEveryMs) {
      this.#tidiedAt = now
      await this.#releaseStrays(now)
      await this.#options.db.write((tx) => {
        purgeStates(tx, now - forgetStateAfterMs)
        purgeEndpoints(tx, now - forgetDeletedAfterMs)
      })
      this.#options.scheduler.forget(now - forgetEndpointAfterMs)
    }
  }

  async #claimWanted(): Promise<void> {
    const keys = [...this.#wanted]
    this.#wanted.clear()
    await this.#claim(keys)
  }

  async #claimDue(now: number): Promise<void> {
    const { db } = this.#options
    const keys = await dueEndpoints(db, { after: this.#cursor, now, limit: endpointsPerRound })
    // A short page means the end was reached; the next round starts from the first key again.
    this.#cursor = keys.length < endpointsPerRound ? '' : (keys.at(-1) ?? '')
    await this.#claim(keys)
  }

  async #claim(keys: readonly string[]): Promise<void> {
    const { scheduler, heldRoom } = this.#options
    for (let i = 0; i < keys.length && this.#cancelTimer !== null; i += endpointsPerClaim) {
      let room = heldRoom()
      const claims: EndpointClaim[] = []
      for (const endpointKey of keys.slice(i, i + endpointsPerClaim)) {
        const limit = scheduler.claimRoom(endpointKey, room)
        room -= limit
        if (limit > 0) claims.push({ endpointKey, limit })
      }
      const [ordered, others] = split(claims, this.#options.isOrdered)
      if (others.length > 0) await this.#claimAll(others)
      // Each on its own, because it locks its endpoint.
      for (const claim of ordered) await this.#claimFirst(claim)
    }
  }

  /** One statement for each endpoint, because only then can each have its own limit; all travel together. */
  async #claimAll(claims: readonly EndpointClaim[]): Promise<void> {
    const { db, nodeId } = this.#options
    const now = this.#clock.now()
    const lists = await db.write((tx) =>
      Promise.all(claims.map((claim) => claimDeliveries(tx, { ...claim, nodeId, now }))),
    )
    for (const [index, claim] of claims.entries()) this.#claimed(claim, lists[index] ?? [])
  }

  async #claimFirst(claim: OrderedClaim): Promise<void> {
    const { db, nodeId } = this.#options
    const now = this.#clock.now()
    this.#claimed(claim, await db.write((tx) => claimInSequence(tx, { ...claim, nodeId, now })))
  }

  #claimed({ endpointKey, limit }: EndpointClaim, deliveries: readonly HeldDelivery[]): void {
    this.#options.scheduler.claimed(endpointKey, deliveries.length === limit)
    for (const delivery of deliveries) this.#options.claimed(delivery)
  }

  /** Each kind in its time, or at the next tick where it was not done with all. */
  async #retire(): Promise<void> {
    const now = this.#clock.now()
    if (now >= this.#expireAt) {
      this.#expireAt = now + expireEveryMs
      if (!(await this.#expire(now))) this.#expireAt = now
      this.#options.waiting(await countWaiting(this.#options.db))
    }
    if (now >= this.#purgeAt) {
      this.#purgeAt = now + tidyEveryMs
      if (!(await this.#purge(now))) this.#purgeAt = now
    }
  }

  /** Resolves with whether that was all. */
  async #expire(now: number): Promise<boolean> {
    const { db, retentionMs, expired } = this.#options
    const limit = retiredPerTransaction
    for (let i = 0; i < transactionsPerRound && this.#cancelTimer !== null; i++) {
      const deliveries = await db.write((tx) => expireDeliveries(tx, { now, retentionMs, limit }))
      if (deliveries.length > 0) expired(deliveries)
      if (deliveries.length < limit) return true
    }
    return false
  }

  /** Resolves with whether that was all. */
  async #purge(now: number): Promise<boolean> {
    const limit = retiredPerTransaction
    for (let i = 0; i < transactionsPerRound && this.#cancelTimer !== null; i++) {
      const purged = await this.#options.db.write((tx) => purgeDeliveries(tx, { now, limit }))
      if (purged < limit) return true
    }
    return false
  }

  async #releaseStrays(now: number): Promise<void> {
    const { db, nodeId, holds } = this.#options
    const leased = await leasedDeliveries(db, { nodeId, dueBefore: now - strayAfterMs, limit: leasedReadMax })
    const deliveryIds = leased.filter((id) => !holds(id))
    if (deliveryIds.length > 0) await db.write((tx) => returnLeases(tx, { nodeId, deliveryIds }))
  }
}

interface EndpointClaim {
  readonly endpointKey: string
  readonly limit: number
}

interface OrderedClaim extends EndpointClaim {
  readonly endpointId: string
}

/** Those of ordered endpoints, and the others. */
function split(
  claims: readonly EndpointClaim[],
  isOrdered: (endpointId: string) => boolean,
): [OrderedClaim[], EndpointClaim[]] {
  const ordered: OrderedClaim[] = []
  const others: EndpointClaim[] = []
  for (const claim of claims) {
    const endpointId = endpointIdIn(claim.endpointKey)
    if (endpointId !== null && isOrdered(endpointId)) ordered.push({ ...claim, endpointId })
    else others.push(claim)
  }
  return [ordered, others]
}

/** Counting stops at a bound: a backlog of millions must not cost a scan of millions every few seconds. */
async function countWaiting(db: Database): Promise<number> {
  const [row] = await db.read<{ waiting: number }>(
    `select count(*) as waiting from (select 1 from webhook_deliveries
       where status = 'pending' and leased_by is null limit ${waitingCountMax}) as bounded`,
  )
  return row?.waiting ?? 0
}
