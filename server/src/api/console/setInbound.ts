import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Account } from '../../accounts/account.ts'
import type { Clock } from '../../clock.ts'
import type { RegisteredNumbers } from '../../contacts/registeredNumbers.ts'
import { setInboundTarget } from '../../contacts/setInboundTarget.ts'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { constraintViolation, notFound, Problem } from '../../http/problem.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { BODY_PROBLEMS, ProblemSchema, problems } from '../problems.ts'
import { Inbound } from './listNumbers.ts'

export interface SetInboundDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly accounts: ReadonlyMap<string, Account>
  readonly registeredNumbers: Pick<RegisteredNumbers, 'refresh'>
  readonly checkCallbackUrl: (url: string) => string | null
}

const Params = Type.Object({ number: Type.String() })
const REFUSED = {
  description: 'The number comes from the configuration file, which says whom to call',
  ...ProblemSchema,
}
const Body = Type.Object({
  url: Type.String({ maxLength: 2048, description: 'Empty: nobody is called, messages are only kept' }),
  method: Type.String({
    default: 'POST',
    pattern: '^([Pp][Oo][Ss][Tt]|[Gg][Ee][Tt])$',
    description: 'HTTP method of the call: POST or GET',
  }),
})
const Answer = Type.Object({ number: Type.String(), inbound: Inbound })

/** POST /api/v1/numbers/{number}/inbound: whom to call with what arrives for a registered number. */
export function setInboundRoute(app: FastifyInstance, dependencies: SetInboundDependencies): void {
  const { accounts, checkCallbackUrl } = dependencies
  app.post<{ Params: Static<typeof Params>; Body: Static<typeof Body> }>('/api/v1/numbers/:number/inbound', {
    onRequest: authenticate(dependencies, 'numbers'),
    schema: {
      tags: ['Own'],
      summary: 'Set the inbound target of a number',
      security: [{ apikey: [] }],
      params: Params,
      body: Body,
      response: { 200: Answer, ...problems(...BODY_PROBLEMS, 404), 409: REFUSED },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const { url, method } = request.body
      const wrong = url === '' ? null : checkCallbackUrl(url)
      if (wrong !== null) throw constraintViolation([{ field: 'url', message: wrong }])
      const { number: written } = request.params
      if (accounts.get(accountId)?.numbers.some(({ number }) => number === (parseNumber(written) ?? written))) {
        throw new Problem(409, 'the configuration file says whom to call for this number')
      }
      const number = parseNumber(written)
      const target = url === '' ? null : ({ url, method: method.toUpperCase() === 'GET' ? 'GET' : 'POST' } as const)
      if (number === null || !(await setInboundTarget(dependencies, { accountId, number, target }))) {
        throw notFound('number')
      }
      return { number, inbound: target }
    },
  })
}
