import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Database } from '../db/database.ts'
import type { Logger } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** Stops one part; called in the opposite order of starting. */
export type Stop = () => Promise<void> | void

/** What most parts need. */
export interface Ground {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly db: Database
  readonly nodeId: string
  readonly newId: () => string
  readonly metrics: Metrics
  /** What to do to stop, in the order of starting. */
  readonly stops: Stop[]
}
