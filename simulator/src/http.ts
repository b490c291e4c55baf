import { systemClock } from '@heliograph/smpp/clock'
import type { FastifyInstance } from 'fastify'
import { handsetRoutes } from './handsetRoutes.ts'
import { inboundRoutes } from './inboundRoutes.ts'
import { outcomeRoutes } from './outcomeRoutes.ts'
import { answerProblem, Problem } from './problem.ts'
import { Sinks } from './sink.ts'
import { sinkRoutes } from './sinkRoutes.ts'
import type { Smsc } from './smsc.ts'
import { callRoutes } from './voice/callRoutes.ts'
import { Exchange } from './voice/exchange.ts'
import { twilioRoutes } from './voice/twilioRoutes.ts'

export interface SimulatorRoutesOptions {
  readonly smsc: Smsc
  readonly sinks?: Sinks
  /** Closed with the routes. */
  readonly exchange?: Exchange
}

/**
 * Fastify plugin with everything under `/sim/v1`, and the voice provider's API under `/sim/twilio`. Register it, do not
 * call it: it brings its own error handlers.
 */
export async function simulatorRoutes(app: FastifyInstance, options: SimulatorRoutesOptions): Promise<void> {
  const { smsc, sinks = new Sinks(systemClock), exchange = new Exchange() } = options
  await app.register(
    async (scope) => {
      scope.setErrorHandler(answerProblem)
      scope.setNotFoundHandler((request) => {
        throw new Problem(404, `The simulator has nothing at ${request.method} ${request.url}.`)
      })
      // Schemas here only describe; the routes read their input themselves, to name every violation at once.
      scope.setValidatorCompiler(() => () => true)
      outcomeRoutes(scope, smsc.outcomes)
      handsetRoutes(scope, smsc.handsets)
      inboundRoutes(scope, smsc)
      callRoutes(scope, exchange)
      await scope.register(sinkRoutes, { sinks })
    },
    { prefix: '/sim/v1' },
  )
  await app.register(twilioRoutes, { prefix: '/sim/twilio/2010-04-01', exchange })
}
