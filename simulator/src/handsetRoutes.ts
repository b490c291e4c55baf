import type { FastifyInstance } from 'fastify'
import { describeRoute } from './describeRoute.ts'
import type { Handsets } from './handsets.ts'
import { numberParameter } from './numberParameter.ts'

/** What the handsets received. */
export function handsetRoutes(app: FastifyInstance, handsets: Handsets): void {
  app.get(
    '/handsets',
    { schema: describeRoute(`List the ${LISTED_MAX} handsets that received something last`, [200]) },
    () => ({
      handsets: handsets.list(LISTED_MAX).map((handset) => ({ ...handset, number: `+${handset.number}` })),
    }),
  )

  app.delete('/handsets', { schema: describeRoute('Clear all handsets', [204]) }, (_request, reply) => {
    handsets.clearAll()
    return reply.code(204).send()
  })

  app.get(
    '/handsets/:number/messages',
    { schema: describeRoute('List what a handset received, oldest first', [200, 400]) },
    (request) => ({ messages: handsets.messages(numberParameter(request.params)) }),
  )

  app.delete(
    '/handsets/:number/messages',
    { schema: describeRoute('Clear one handset', [204, 400]) },
    (request, reply) => {
      handsets.clear(numberParameter(request.params))
      return reply.code(204).send()
    },
  )
}

const LISTED_MAX = 1_000
