import type { FastifyInstance } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { numberParameter } from '../numberParameter.ts'
import { Problem, refuseViolations } from '../problem.ts'
import type { Exchange } from './exchange.ts'
import { parseCallPlan } from './parseCallPlan.ts'

/** What the phones heard, and what calls to a number do. */
export function callRoutes(app: FastifyInstance, { handsets, plans }: Exchange): void {
  app.get(
    '/handsets/:number/calls',
    { schema: describeRoute('List the calls that a handset got, oldest first', [200, 400]) },
    (request) => ({ calls: handsets.calls(numberParameter(request.params)) }),
  )

  app.delete(
    '/handsets/:number/calls',
    { schema: describeRoute('Clear the calls of one handset', [204, 400]) },
    (request, reply) => {
      handsets.clear(numberParameter(request.params))
      return reply.code(204).send()
    },
  )

  app.get('/call-outcomes', { schema: describeRoute('List the outcomes of calls that were set', [200]) }, () => ({
    outcomes: plans.list().map(({ number, plan }) => ({ number, outcome: plan })),
  }))

  app.get(
    '/call-outcomes/:number',
    { schema: describeRoute('Show what calls to a number do', [200, 400]) },
    (request) => {
      const number = numberParameter(request.params)
      return { number, outcome: plans.find(number) }
    },
  )

  app.put(
    '/call-outcomes/:number',
    { schema: describeRoute('Set what calls to a number do', [200, 400], planSchema) },
    (request) => {
      const number = numberParameter(request.params)
      const parsed = parseCallPlan(request.body)
      if (parsed.kind === 'violations') return refuseViolations(parsed.violations)
      if (!plans.set(number, parsed.plan)) throw new Problem(503, 'Too many outcomes are set. Delete some.')
      return { number, outcome: parsed.plan }
    },
  )

  app.delete(
    '/call-outcomes/:number',
    { schema: describeRoute('Forget the outcome that was set for calls', [204, 400, 404]) },
    (request, reply) => {
      const number = numberParameter(request.params)
      if (!plans.delete(number)) throw new Problem(404, `No outcome of calls is set for ${number}.`)
      return reply.code(204).send()
    },
  )
}

const planSchema = {
  type: 'object',
  properties: {
    like: { type: 'string', description: 'A magic ending to behave like; nothing else may be given then' },
    create: { type: 'object', description: 'kind: accept, refuse, silence or close' },
    ending: { type: 'string', description: 'completed, busy, no-answer, failed or canceled' },
    ringMs: { type: 'integer', description: 'For how long it rings' },
    talkMs: { type: 'integer', description: 'From the answer to the end' },
  },
  examples: [{ like: '999701' }, { ending: 'no-answer', ringMs: 2000 }],
}
