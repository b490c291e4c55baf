import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import { nowAndThen } from '../db/nowAndThen.ts'
import { Rounds } from '../db/rounds.ts'
import { messagesOfSets } from './closeSets.ts'
import { type KeepDependencies, keepInbound } from './keepInbound.ts'
import { keyText, type SetKey } from './partSet.ts'
import { purgeInbound } from './purgeInbound.ts'
import { keyFromRow, loadSets, writeSets } from './setStore.ts'

export interface InboundSweeperOptions extends KeepDependencies {
  readonly db: Database
  readonly clock: Clock
  /** How long a message can be looked up. */
  readonly retentionMs: number
  readonly trouble: (error: unknown) => void
}

/** Looks each second for long messages whose missing parts are not waited for any longer, and forwards them with gaps. */
export function createInboundSweeper(options: InboundSweeperOptions): Rounds {
  const { db, clock, newId, observe, retentionMs, trouble } = options
  const purge = nowAndThen(clock, PURGE_EVERY_MS, () => purgeInbound(db, clock.now() - retentionMs))
  const rounds = new Rounds({ clock, trouble, everyMs: SWEEP_EVERY_MS, round: sweep })
  return rounds

  async function sweep(): Promise<void> {
    for (let batch = 0; batch < BATCHES_MAX && rounds.running; batch++) {
      const rows = await db.read(DUE_KEYS, [clock.now(), BATCH_SETS_MAX])
      if (rows.length > 0) await closeDue(rows.map(keyFromRow))
      if (rows.length < BATCH_SETS_MAX) break
    }
    await purge()
  }

  async function closeDue(due: readonly SetKey[]): Promise<void> {
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
      const received = await messagesOfSets(tx, closed, options)
      const announced = await keepInbound(tx, received, options)
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
