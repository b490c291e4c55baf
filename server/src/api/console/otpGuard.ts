import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { encodeCursor } from '../../http/cursor.ts'
import { constraintViolation } from '../../http/problem.ts'
import { GuardSettings } from '../../otp/guard/config.ts'
import { OTHER_PREFIXES } from '../../otp/guard/decisions.ts'
import type { RunningOtpGuard } from '../../otp/guard/guard.ts'
import { RULES } from '../../otp/guard/pumping.ts'
import type { Decision, DecisionFilter } from '../../otp/guard/readDecisions.ts'
import { problems } from '../problems.ts'
import { beforeOf, timeOf } from './queryFields.ts'

export interface OtpGuardRouteDependencies extends AuthenticateDependencies {
  readonly guard: Pick<RunningOtpGuard, 'settings' | 'report' | 'decisions'>
}

const Query = Type.Object({
  rule: Type.Optional(Type.Enum([...RULES])),
  mode: Type.Optional(Type.Enum(['shadow', 'enforce'])),
  prefix: Type.Optional(Type.String({ maxLength: 32, description: 'First digits, exactly as in `decisions`' })),
  since: Type.Optional(Type.String({ description: 'Decided from then on; ISO 8601 or epoch milliseconds' })),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'The `next` of the page before' })),
})
type Query = Static<typeof Query>

const Amounts = Type.Record(Type.String(), Type.String(), { description: 'Decimal text by currency' })
const figures = {
  sendsTenMinutes: Type.Union([Type.Integer(), Type.Null()], { description: 'As the limits count; null: no limit' }),
  sends: Type.Integer({ description: 'In the last hour' }),
  verified: Type.Integer({ description: 'In the last hour' }),
  spentHour: Amounts,
  spentDay: Amounts,
}
/** As in the configuration, without what only its reader needs. */
const Settings = Type.Object({
  limits: GuardSettings.properties.limits,
  guard: Type.Object({
    ...GuardSettings.properties.guard.properties,
    budgets: Type.Array(
      Type.Object({
        per: Type.Enum(['account', 'prefix']),
        currency: Type.String(),
        perHour: Type.Optional(Type.String()),
        perDay: Type.Optional(Type.String()),
      }),
    ),
  }),
})
const ListedDecision = Type.Object({
  id: Type.String(),
  rule: Type.Enum([...RULES]),
  prefix: Type.Union([Type.String(), Type.Null()], {
    description: 'First digits; null: the account; *: many prefixes',
  }),
  mode: Type.Enum(['shadow', 'enforce'], { description: 'shadow: sent all the same; enforce: refused' }),
  sends: Type.Integer({ description: 'How many it was decided for' }),
  firstDate: Type.String(),
  lastDate: Type.String(),
  figures: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
    description: 'Of the last of them, with the thresholds that they passed',
  }),
  numbers: Type.Array(Type.String(), { description: 'Some of the numbers, masked' }),
})
const Report = Type.Object({
  settings: Settings,
  account: Type.Object(figures),
  prefixes: Type.Array(
    Type.Object({
      prefix: Type.String(),
      kind: Type.Enum(['block', 'range']),
      ...figures,
      unverifiedNumbers: Type.Union([Type.Integer(), Type.Null()]),
    }),
    { description: 'The busiest of the last hour, 100 at most' },
  ),
  decisions: Type.Array(ListedDecision),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page of decisions; null ends it' }),
})

/** GET /api/v1/otp/guard: what is counted about the account's codes now, and what was decided about them and why. */
export function otpGuardRoute(app: FastifyInstance, dependencies: OtpGuardRouteDependencies): void {
  const { guard } = dependencies
  app.get<{ Querystring: Query }>('/api/v1/otp/guard', {
    onRequest: authenticate(dependencies, 'otp'),
    preValidation: canonicalQuery(Object.keys(Query.properties)),
    schema: {
      tags: ['Own'],
      summary: 'Explain what guards one-time codes',
      security: [{ apikey: [] }],
      querystring: Query,
      response: { 200: Report, ...problems(400) },
    },
    handler: async (request) => {
      const { query } = request
      const { accountId } = principalOf(request)
      const wanted = { accountId, filter: filterOf(query), before: beforeOf(query.cursor), limit: query.limit + 1 }
      const [report, found] = await Promise.all([guard.report(accountId), guard.decisions(wanted)])
      const page = found.slice(0, query.limit)
      const last = page.at(-1)
      const next = found.length > query.limit && last !== undefined ? encodeCursor([last.id]) : null
      return { settings: guard.settings, ...report, decisions: page.map(renderDecision), next }
    },
  })
}

function filterOf({ rule, mode, prefix, since }: Query): DecisionFilter {
  return {
    ...(rule === undefined ? {} : { rule }),
    ...(mode === undefined ? {} : { mode }),
    ...(prefix === undefined ? {} : { prefix: prefixOf(prefix) }),
    ...(since === undefined ? {} : { since: timeOf('since', since) }),
  }
}

/** A + that the query turned into a space, or that was left out, is put back. Throws a 400. */
function prefixOf(text: string): string {
  const found = /^[ +]?([0-9]{1,15})$/.exec(text)
  if (found !== null) return `+${found[1]}`
  if (text === OTHER_PREFIXES) return text
  throw constraintViolation([{ field: 'prefix', message: 'must be the first digits of a number, or *' }])
}

function renderDecision({ id, rule, prefix, mode, sends, firstAt, lastAt, evidence }: Decision) {
  return {
    id,
    rule,
    prefix: prefix === '' ? null : prefix,
    mode,
    sends,
    firstDate: new Date(firstAt).toISOString(),
    lastDate: new Date(lastAt).toISOString(),
    ...evidence,
  }
}
