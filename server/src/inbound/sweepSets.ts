import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { Rounds } from '../db/rounds.ts'
import { messagesOfSets } from './closeSets.ts'
import { type KeepDependencies, keepInbound } from './keepInbound.ts'
import { keyText, type SetKey } from './partSet.ts'
import { purgeInbound } from './purgeInbound.ts'
import { keyFromRow, loadSets, writeSets } from './setStore.ts'

export interface SweeperOptions extends KeepDependencies {
  readonly db: Database
  readonly clock: Clock
  /** How long a message can be looked up. */
  readonly retentionMs: number
  readonly trouble: (error: unknown) => void
}

/** Looks each second for long messages whose missing parts are not waited for any longer, and forwards them with gaps. */
export class InboundSweeper {
  readonly #options: SweeperOptions
  readonly #rounds: Rounds
  #purgeAt = 0

  constructor(options: SweeperOptions) {
    this.#options = options
    const { clock, trouble } = options
    this.#rounds = new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: () => this.#sweep() })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Resolves when nothing is being swept any more. */
  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #sweep(): Promise<void> {
    const { db, clock, retentionMs } = this.#options
    for (let batch = 0; batch < BATCHES_MAX && this.#rounds.running; batch++) {
      const rows = await db.read(DUE_KEYS, [clock.now(), BATCH_SETS_MAX])
      if (rows.length > 0) await this.#closeDue(rows.map(keyFromRow))
      if (rows.length < BATCH_SETS_MAX) break
    }
    if (clock.now() < this.#purgeAt) return
    this.#purgeAt = clock.now() + PURGE_EVERY_MS
    if (!(await purgeInbound(db, clock.now() - retentionMs))) this.#purgeAt = clock.now()
  }

  async #closeDue(due: readonly SetKey[]): Promise<void> {
    const { db, clock, newId, observe } = this.#options
    const now = clock.now()
    const keys = new Map(due.map((key) => [keyText(key), key]))
    const wanted = [...keys.values()].map((key) => ({ key, numbers: new Set<number>() }))
    const tell = await db.write(async (tx) => {
      const sets = await loadSets(tx, wanted, { now, newId })
      // Only now are they locked: another node, or a part that came meanwhile, may have been first.
      for (const ofKey of sets) ofKey.closeDue(now)
      const changes = sets.map((ofKey) => ofKey.changes())
      writeSets(tx, changes)
      const closed = changes.flatMap((change) => change.closed)
      const received = await messagesOfSets(tx, closed, this.#options)
      const announced = await keepInbound(tx, received, this.#options)
      return () => {
        observe({ received, repeated: 0, late: 0 })
        announced()
      }
    })
    tell()
  }
}

const SWEEP_EVERY_MS = 1_000
const BATCH_SETS_MAX = 200
/** What is left after so many batches waits for the next second. */
const BATCHES_MAX = 20
const PURGE_EVERY_MS = 60 * 60_000

const DUE_KEYS = `
select sender, recipient, reference, reference_bits, total from inbound_sets
where due_at <= $1 order by due_at limit $2`
