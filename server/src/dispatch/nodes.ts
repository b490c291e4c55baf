import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'

/**
 * Says that this node is alive, and finds nodes that no longer say so. What a node holds in memory is leased to the
 * node, not row by row, so that keeping a lease costs one small write every few seconds whatever the load.
 */
export class NodeHeartbeat {
  readonly #options: HeartbeatOptions
  #aliveUntil = 0
  #stopped = true
  #cancel = () => {}

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#stopped = false
    await this.#beat()
    this.#schedule()
  }

  /** False: others may believe this node dead and take its messages, so it must not send any. */
  get alive(): boolean {
    return this.#options.clock.now() < this.#aliveUntil
  }

  /** Where the store cannot be told, the others find out by themselves. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    try {
      await this.#options.db.write((tx) => tx.run('delete from nodes where id = $1', [this.#options.nodeId]))
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error
    }
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#cancel = this.#options.clock.after(BEAT_EVERY_MS, () => {
      this.#beat()
        .catch((error) => {
          if (!(error instanceof DatabaseUnavailable)) throw error
        })
        .finally(() => this.#schedule())
    })
  }

  async #beat(): Promise<void> {
    const { db, clock, nodeId, onDead, onRevived } = this.#options
    const now = clock.now()
    const lapsed = this.#aliveUntil > 0 && now >= this.#aliveUntil
    const dead = await db.write(async (tx) => {
      tx.run(
        `insert into nodes (id, alive_until) values ($1, $2)
         on conflict (id) do update set alive_until = excluded.alive_until`,
        [nodeId, now + ALIVE_MS],
      )
      return tx.all('select id from nodes where alive_until < $1', [now])
    })
    if (lapsed) await onRevived()
    this.#aliveUntil = now + ALIVE_MS - SAFETY_MS
    const ids = dead.map((row) => String(row.id))
    if (ids.length === 0) return
    await onDead(ids)
    await db.write((tx) =>
      tx.run('delete from nodes where alive_until < $2 and id in (select value->>0 from rows($1))', [
        JSON.stringify(ids.map((id) => [id])),
        now,
      ]),
    )
  }
}

export interface HeartbeatOptions {
  readonly db: Database
  readonly clock: Clock
  readonly nodeId: string
  /** Frees what these nodes held. They are forgotten once it has. */
  readonly onDead: (nodeIds: readonly string[]) => Promise<void>
  /**
   * Lets go of what waits in memory: this node was silent so long that others may have freed it. The node counts as
   * alive again once that is done.
   */
  readonly onRevived: () => Promise<void>
}

const BEAT_EVERY_MS = 5_000
const ALIVE_MS = 20_000
/** A node stops sending so long before others may take its messages. */
const SAFETY_MS = 5_000
