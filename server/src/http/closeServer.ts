import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'

/**
 * Stops listening and resolves once every connection is closed. Requests under way get their answer, for `drainMs` at
 * most. Connections that were busy when closing began are kept alive by their clients, so they are closed as soon as
 * they are idle: on its own the server would wait for them as long as a keep-alive lasts.
 */
export async function closeServer(app: FastifyInstance, { clock, drainMs }: { clock: Clock; drainMs: number }) {
  const closeAllAt = clock.now() + drainMs
  let cancel = () => {}
  const look = () => {
    if (clock.now() < closeAllAt) app.server.closeIdleConnections()
    else app.server.closeAllConnections()
    cancel = clock.after(LOOK_EVERY_MS, look)
  }
  const closed = app.close()
  look()
  await closed.finally(() => cancel())
}

const LOOK_EVERY_MS = 20
