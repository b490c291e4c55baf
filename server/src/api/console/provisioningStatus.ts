import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { moveRequest, type RequestMover } from '../../contacts/moveRequest.ts'
import { PROVISIONING_STATUSES } from '../../contacts/provisioningStatus.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { notFound, Problem } from '../../http/problem.ts'
import { shownRequest } from '../byon/provisioning.ts'
import { ProvisioningAnswer, ProvisioningParams } from '../byon/schema.ts'
import { BODY_PROBLEMS, ProblemSchema, problems } from '../problems.ts'

export interface ProvisioningStatusDependencies extends AuthenticateDependencies, RequestMover {}

const REFUSED = {
  description: 'The request cannot go there from where it is, or a number is ready elsewhere',
  ...ProblemSchema,
}
const Body = Type.Object({ status: Type.Enum([...PROVISIONING_STATUSES]) })

/** POST /api/v1/provisioning/{requestId}/status: the operator's word on a request to register numbers. */
export function provisioningStatusRoute(app: FastifyInstance, dependencies: ProvisioningStatusDependencies): void {
  app.post<{ Params: ProvisioningParams; Body: Static<typeof Body> }>('/api/v1/provisioning/:requestId/status', {
    onRequest: authenticate(dependencies, 'admin'),
    schema: {
      tags: ['Own'],
      summary: 'Move a provisioning request',
      security: [{ apikey: [] }],
      params: ProvisioningParams,
      body: Body,
      response: { 200: ProvisioningAnswer, ...problems(...BODY_PROBLEMS, 404), 409: REFUSED },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const moved = await moveRequest(dependencies, {
        accountId,
        id: request.params.requestId,
        status: request.body.status,
      })
      switch (moved.kind) {
        case 'moved':
          return shownRequest(moved.request)
        case 'unknown':
          throw notFound('provisioning request')
        case 'not from there':
          throw new Problem(409, `from ${moved.status} a request can only become ${namesOf(moved.moves)}`)
        case 'taken':
          throw new Problem(409, `not available: ${moved.numbers.slice(0, NUMBERS_NAMED_MAX).join(', ')}`)
      }
    },
  })
}

function namesOf(statuses: readonly string[]): string {
  return statuses.length === 0 ? 'nothing else' : statuses.join(' or ')
}

const NUMBERS_NAMED_MAX = 10
