import type { FastifyInstance } from 'fastify'
import { describeRoute } from './describeRoute.ts'
import { numberParameter } from './numberParameter.ts'
import type { OutcomeTable } from './outcomeTable.ts'
import { parseOutcome } from './parseOutcome.ts'
import { Problem, refuseViolations } from './problem.ts'

/** What happens to messages for a number. */
export function outcomeRoutes(app: FastifyInstance, outcomes: OutcomeTable): void {
  app.get('/outcomes', { schema: describeRoute('List the outcomes that were set', [200]) }, () => ({
    outcomes: outcomes.list(),
  }))

  app.get(
    '/outcomes/:number',
    { schema: describeRoute('Show what happens to messages for a number', [200, 400]) },
    (request) => {
      const number = numberParameter(request.params)
      return { number, outcome: outcomes.find(number) }
    },
  )

  app.put(
    '/outcomes/:number',
    { schema: describeRoute('Set what happens to messages for a number', [200, 400], outcomeSchema) },
    (request) => {
      const number = numberParameter(request.params)
      const parsed = parseOutcome(request.body)
      if (parsed.kind === 'violations') return refuseViolations(parsed.violations)
      if (!outcomes.set(number, parsed.outcome)) throw new Problem(503, 'Too many outcomes are set. Delete some.')
      return { number, outcome: parsed.outcome }
    },
  )

  app.delete(
    '/outcomes/:number',
    { schema: describeRoute('Forget the outcome that was set', [204, 400, 404]) },
    (request, reply) => {
      const number = numberParameter(request.params)
      if (!outcomes.delete(number)) throw new Problem(404, `No outcome is set for ${number}.`)
      return reply.code(204).send()
    },
  )
}

const outcomeSchema = {
  type: 'object',
  properties: {
    like: { type: 'string', description: 'A magic ending to behave like; nothing else may be given then' },
    submit: { type: 'object', description: 'kind: accept, refuse, silence or close' },
    receipt: { type: ['object', 'null'], description: 'state, errorCode, delayMs, …; null: no receipt' },
  },
  examples: [{ like: '999006' }, { receipt: { state: 'expired', delayMs: 500 } }],
}
