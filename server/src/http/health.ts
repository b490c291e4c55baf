import type { FastifyInstance } from 'fastify'
import type { CarrierHealth } from '../carriers/carrier.ts'
import type { Database } from '../db/database.ts'
import type { Metrics } from '../metrics.ts'

export interface HealthDependencies {
  readonly db: Database
  readonly metrics: Metrics
  readonly carriers: () => readonly { readonly id: string; readonly health: CarrierHealth }[]
  /** Brings the gauges up to date before they are shown. */
  readonly sample: () => void
}

/** /healthz: the process runs. /readyz: the store reads and writes, and a carrier is bound. /metrics: Prometheus. */
export function health(app: FastifyInstance, { db, metrics, carriers, sample }: HealthDependencies): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    // Each by itself: after a trouble of the store reads may be well while the connection that writes is still away.
    const store = await Promise.all([db.read(ONE), db.write((tx) => tx.all(ONE))]).then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    const states = carriers().map(({ id, health: { up, bindsUp, bindsWanted, inFlight, lastError } }) => ({
      id,
      up,
      bindsUp,
      bindsWanted,
      inFlight,
      lastError,
    }))
    const ready = store === 'ok' && (states.length === 0 || states.some(({ up }) => up))
    reply.code(ready ? 200 : 503)
    return { status: ready ? 'ready' : 'not ready', store, carriers: states }
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    sample()
    reply.header('content-type', metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}

const ONE = 'select 1 as one'
