import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Account } from '../../accounts/account.ts'
import { listOpenNumbers, type PhoneBookEntry } from '../../contacts/phoneBook.ts'
import type { Database } from '../../db/database.ts'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { decodeCursor, encodeCursor } from '../../http/cursor.ts'
import { constraintViolation } from '../../http/problem.ts'
import { problems } from '../problems.ts'

export interface ListNumbersDependencies extends AuthenticateDependencies {
  readonly db: Database
  readonly accounts: ReadonlyMap<string, Account>
}

const Query = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()])

export const Inbound = Type.Union(
  [Type.Object({ url: Type.String(), method: Type.Enum(['GET', 'POST']) }), Type.Null()],
  { description: 'Whom to call with inbound messages; null: nobody' },
)
const ListedNumber = Type.Object({
  number: Type.String({ description: 'International with +, or a short code' }),
  source: Type.Enum(['configuration', 'registration']),
  ready: Type.Boolean({ description: 'Whether the account may send from it and receives on it' }),
  status: nullable('Status of the registration; null: from the configuration'),
  requestId: nullable('The provisioning request; null: from the configuration'),
  inbound: Inbound,
})
type ListedNumber = Static<typeof ListedNumber>
const Page = Type.Object({
  numbers: Type.Array(ListedNumber),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null: there is none' }),
})

/**
 * GET /api/v1/numbers: the account's numbers. All of the configuration file come first, on the first page; then its
 * registered ones that are ready or on their way, by number.
 */
export function listNumbersRoute(app: FastifyInstance, dependencies: ListNumbersDependencies): void {
  const { db, accounts } = dependencies
  app.get<{ Querystring: Query }>('/api/v1/numbers', {
    onRequest: authenticate(dependencies, 'numbers'),
    preValidation: canonicalQuery(Object.keys(Query.properties)),
    schema: {
      tags: ['Own'],
      summary: 'List numbers',
      security: [{ apikey: [] }],
      querystring: Query,
      response: { 200: Page, ...problems(400) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const { limit, cursor } = request.query
      const after = cursor === undefined ? '' : placeOf(cursor)
      const found = await listOpenNumbers(db, { accountId, after, limit: limit + 1 })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const configured = cursor === undefined ? (accounts.get(accountId)?.numbers ?? []) : []
      return {
        numbers: [...configured.map(shownConfigured), ...page.map(shownRegistered)],
        next: found.length > limit && last !== undefined ? encodeCursor([last.number]) : null,
      }
    },
  })
}

function placeOf(cursor: string): string {
  const [place] = decodeCursor(cursor)
  if (typeof place === 'string' && isStorableText(place)) return place
  throw constraintViolation([{ field: 'cursor', message: 'must be a cursor from an earlier answer' }])
}

function shownConfigured({ number, inbound }: Account['numbers'][number]): ListedNumber {
  return { number, source: 'configuration', ready: true, status: null, requestId: null, inbound }
}

function shownRegistered({ number, target, request }: PhoneBookEntry): ListedNumber {
  const { id, status } = request
  const ready = status === 'PROVISIONED'
  return { number, source: 'registration', ready, status, requestId: id, inbound: target }
}
