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
import type { BusinessNumber } from './whatsapp/businessNumbers.ts'
import { businessRoutes } from './whatsapp/businessRoutes.ts'
import { chatRoutes } from './whatsapp/chatRoutes.ts'
import { graphRoutes } from './whatsapp/graphRoutes.ts'
import { WhatsAppCloud } from './whatsapp/whatsAppCloud.ts'

export interface SimulatorRoutesOptions {
  readonly smsc: Smsc
  readonly sinks?: Sinks
  /** Closed with the routes. */
  readonly exchange?: Exchange
  /** Closed with the routes. */
  readonly cloud?: WhatsAppCloud
  /** A business number that is registered at WhatsApp from the beginning. */
  readonly whatsapp?: BusinessNumber
}

/**
 * Fastify plugin with everything under `/sim/v1`, the voice provider's API under `/sim/twilio`, and WhatsApp's under
 * `/sim/whatsapp`. Register it, do not call it: it brings its own error handlers.
 */
export async function simulatorRoutes(app: FastifyInstance, options: SimulatorRoutesOptions): Promise<void> {
  const { smsc, whatsapp, sinks = new Sinks(systemClock) } = options
  const { exchange = new Exchange(), cloud = new WhatsAppCloud() } = options
  if (whatsapp !== undefined) cloud.numbers.set(whatsapp)
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
      chatRoutes(scope, cloud)
      businessRoutes(scope, cloud)
      await scope.register(sinkRoutes, { sinks })
    },
    { prefix: '/sim/v1' },
  )
  await app.register(twilioRoutes, { prefix: '/sim/twilio/2010-04-01', exchange })
  await app.register(graphRoutes, { prefix: '/sim/whatsapp', cloud })
}
