import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../accounts/account.ts'
import type { Clock } from '../../clock.ts'
import type { Database } from '../../db/database.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { constraintViolation, Problem, sendProblem, unavailable, type Violation } from '../../http/problem.ts'
import { violationsOf } from '../../http/server.ts'
import type { MessageAcceptance, MessageIntake } from '../../messages/intake.ts'
import type { Message } from '../../messages/message.ts'
import { answerRefused, answerRepeated, idempotencyHeader, requestKeyOf, sendJson } from '../idempotencyKey.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readSmsRequest, type SmsOrder } from './readSmsRequest.ts'
import { renderMessage } from './renderMessage.ts'
import { RestMessageResponse, SendSmsBody, SendSmsQuery, type SendSmsRequest } from './schema.ts'

export interface SendSmsDependencies extends AuthenticateDependencies {
  readonly db: Pick<Database, 'read'>
  readonly clock: Clock
  readonly accounts: ReadonlyMap<string, Account>
  /** Whether a number is the account's own to send from, besides its permitted senders. */
  readonly ownsNumber: (accountId: string, number: string) => boolean
  readonly baseUrl: () => string
  readonly checkCallbackUrl: (url: string) => string | null
  readonly intake: MessageIntake
}

/**
 * POST (JSON or form) and GET /messaging/v1/sms. The one hot route: from the parsed request to the answer after the
 * commit there is no promise and no serialiser, only callbacks and one prebuilt string.
 */
export function sendSms(app: FastifyInstance, dependencies: SendSmsDependencies): void {
  const accepted = { 200: { description: 'Accepted and on disk', ...RestMessageResponse } }
  const shared = { tags: ['SMS'], security: [{ apikey: [] }] }
  const onRequest = authenticate(dependencies, 'messages')
  app.post('/messaging/v1/sms', {
    onRequest,
    attachValidation: true,
    schema: {
      ...shared,
      summary: 'Send an SMS',
      consumes: ['application/json', 'application/x-www-form-urlencoded'],
      headers: idempotencyHeader,
      body: SendSmsBody,
      response: { ...accepted, ...problems(...BODY_PROBLEMS, 409) },
    },
    handler: (request, reply) => handle(dependencies, request, request.body, reply),
  })
  app.get('/messaging/v1/sms', {
    onRequest,
    // Who only asks for the head of a link, as previews and link checkers do, must not send what it says.
    exposeHeadRoute: false,
    attachValidation: true,
    preValidation: canonicalQuery(Object.keys(SendSmsQuery.properties)),
    schema: {
      ...shared,
      summary: 'Send an SMS by a link',
      headers: idempotencyHeader,
      querystring: SendSmsQuery,
      response: { ...accepted, ...problems(400, 409) },
    },
    handler: (request, reply) => handle(dependencies, request, request.query, reply),
  })
}

/** Undefined: it is answered, or callbacks answer it. */
function handle(
  dependencies: SendSmsDependencies,
  request: FastifyRequest,
  input: unknown,
  reply: FastifyReply,
): Promise<FastifyReply> | undefined {
  const key = requestKeyOf(request, input)
  const order = readOrder(dependencies, request, input)
  if (order instanceof Problem) {
    if (key !== null) return answerRefused(dependencies.db, reply, { key, refusal: order })
    sendProblem(reply, order)
    return
  }
  const { accountId } = principalOf(request)
  const message = dependencies.intake.composeSms({ ...order, accountId })
  const acceptance: MessageAcceptance = {
    message,
    idempotency: key === null ? null : { ...key, response: answerOf(message, dependencies.baseUrl()) },
    accepted: (accepted) => sendJson(reply, answerOf(accepted, dependencies.baseUrl())),
    repeated: (earlier) => answerRepeated(reply, earlier, key),
    failed: (error) => {
      reply.send(error)
    },
  }
  if (!dependencies.intake.accept(acceptance))
    sendProblem(reply, unavailable('too many messages wait to be stored; try again'))
}

function readOrder(
  { clock, accounts, ownsNumber, checkCallbackUrl }: SendSmsDependencies,
  request: FastifyRequest,
  input: unknown,
): SmsOrder | Problem {
  const wrong: Violation[] = request.validationError?.validation ? violationsOf(request.validationError.validation) : []
  // A field of the wrong kind was reported by the schema; the others are still worth reading.
  const sms = wrong.length > 0 ? withoutFields(input, wrong) : (input as SendSmsRequest)
  const order = readSmsRequest(sms, { now: clock.now(), checkCallbackUrl })
  const named = new Set(wrong.map(({ field }) => field))
  const violations = 'recipient' in order ? wrong : [...wrong, ...order.filter(({ field }) => !named.has(field))]
  if (violations.length > 0 || !('recipient' in order)) return constraintViolation(violations)
  const { accountId } = principalOf(request)
  const senders = accounts.get(accountId)?.senders ?? null
  const { value: wanted } = order.sender
  if (senders !== null && !senders.some(({ value }) => value === wanted) && !ownsNumber(accountId, wanted)) {
    return new Problem(403, 'the sender is not assigned to this account')
  }
  return order
}

/** Stands in for the fields a schema refused, so that the others can be checked in the same answer. */
function withoutFields(input: unknown, wrong: readonly Violation[]): SendSmsRequest {
  const kept: Record<string, unknown> = { ...(typeof input === 'object' ? input : {}) }
  for (const { field } of wrong) delete kept[field]
  return { ...HARMLESS, ...kept } as SendSmsRequest
}

const HARMLESS: SendSmsRequest = {
  to: '+4915112345678',
  from: 'Heliograph',
  message: 'x',
  encoding: 'AUTO',
  gateway: 'DEFAULT',
  conversion: false,
  validity: 2880,
  callbackMethod: 'POST',
  partLimit: 4,
  trate: 0,
  mrate: 0,
  upperCased: true,
  keepEmojis: true,
  flash: false,
}

function answerOf(message: Message, baseUrl: string): string {
  return JSON.stringify(renderMessage({ message, parts: [] }, baseUrl))
}
