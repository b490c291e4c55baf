import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate, principalOf } from '../../http/authenticate.ts'
import { constraintViolation, notFound, Problem, type Violation } from '../../http/problem.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { type EndpointRecord, listEndpoints, readEndpoint } from '../../webhooks/endpointRows.ts'
import {
  changeEndpoint,
  createEndpoint,
  deleteEndpoint,
  type EndpointManagement,
  type EndpointWishes,
  endpointsMax,
  rotateSecret,
} from '../../webhooks/manageEndpoints.ts'
import { isOurHeader } from '../../webhooks/ourHeaders.ts'
import { checkSecretText } from '../../webhooks/signCall.ts'
import { BODY_PROBLEMS, ProblemSchema, problems } from '../problems.ts'
import {
  dateText,
  dateTextOrNull,
  EndpointChange,
  EndpointWithSecret,
  NewEndpoint,
  Rotation,
  ShownEndpoint,
} from './webhookSchema.ts'

export interface WebhookEndpointsDependencies extends AuthenticateDependencies, EndpointManagement {
  readonly checkCallbackUrl: (url: string) => string | null
}

const PATH = '/api/v1/webhooks/endpoints'
const Params = Type.Object({ id: Type.String() })
type Params = Static<typeof Params>
const Endpoints = Type.Object({ endpoints: Type.Array(ShownEndpoint) })
const TOO_MANY = { description: `The account has ${endpointsMax} endpoints already`, ...ProblemSchema }
const DELETED = Type.Null({ description: 'It is called no more; what was to be delivered is given up' })

/** /api/v1/webhooks/endpoints: where an account wants to be told of events. Secrets are shown when they are made. */
export function webhookEndpointRoutes(app: FastifyInstance, dependencies: WebhookEndpointsDependencies): void {
  const { db, checkCallbackUrl } = dependencies
  const onRequest = authenticate(dependencies, 'messages')
  const shared = { tags: ['Own'], security: [{ apikey: [] }] }
  app.get(
    PATH,
    {
      onRequest,
      schema: { ...shared, summary: 'List webhook endpoints', response: { 200: Endpoints, ...problems() } },
    },
    async (request) => ({ endpoints: (await listEndpoints(db, principalOf(request).accountId)).map(shown) }),
  )
  app.post<{ Body: NewEndpoint }>(
    PATH,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Create a webhook endpoint',
        body: NewEndpoint,
        response: { 201: EndpointWithSecret, ...problems(...BODY_PROBLEMS), 409: TOO_MANY },
      },
    },
    async (request, reply) => {
      const { accountId } = principalOf(request)
      const { signed, secret, header, ...body } = request.body
      refuse(violationsOf(request.body, checkCallbackUrl))
      const created = await createEndpoint(dependencies, {
        accountId,
        wishes: { ...body, ...canonical(body), method: methodOf(body.method), header: header ?? null },
        secret: signed ? (secret ?? 'new') : null,
      })
      if (created === null) throw new Problem(409, `an account has at most ${endpointsMax} webhook endpoints`)
      reply.code(201)
      return { ...shown(created.endpoint), secret: created.secret }
    },
  )
  app.get<{ Params: Params }>(
    `${PATH}/:id`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Read a webhook endpoint',
        params: Params,
        response: { 200: ShownEndpoint, ...problems(404) },
      },
    },
    async (request) => {
      const { id } = request.params
      return shown(found(isStorableText(id) ? await readEndpoint(db, principalOf(request).accountId, id) : null))
    },
  )
  app.patch<{ Params: Params; Body: EndpointChange }>(
    `${PATH}/:id`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Change a webhook endpoint',
        params: Params,
        body: EndpointChange,
        response: { 200: ShownEndpoint, ...problems(...BODY_PROBLEMS, 404) },
      },
    },
    async (request) => {
      const { accountId } = principalOf(request)
      const { id } = request.params
      refuse(violationsOf(request.body, checkCallbackUrl))
      const wishes = wishesOf(request.body)
      return shown(found(isStorableText(id) ? await changeEndpoint(dependencies, { accountId, id, wishes }) : null))
    },
  )
  app.delete<{ Params: Params }>(
    `${PATH}/:id`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Delete a webhook endpoint',
        params: Params,
        response: { 204: DELETED, ...problems(404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { accountId } = principalOf(request)
      if (!isStorableText(id) || !(await deleteEndpoint(dependencies, { accountId, id }))) throw notFound('endpoint')
      return reply.code(204).send()
    },
  )
  app.post<{ Params: Params; Body: Rotation }>(
    `${PATH}/:id/rotate-secret`,
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Give a webhook endpoint a new secret',
        params: Params,
        body: Rotation,
        response: { 200: EndpointWithSecret, ...problems(...BODY_PROBLEMS, 404) },
      },
    },
    async (request) => {
      const { accountId } = principalOf(request)
      const { id } = request.params
      const { secret, overlapSeconds } = request.body
      refuse(violationsOf({ ...(secret === undefined ? {} : { secret }) }, checkCallbackUrl))
      const wanted = { accountId, id, secret: secret ?? 'new', overlapMs: overlapSeconds * 1_000 } as const
      const rotated = isStorableText(id) ? await rotateSecret(dependencies, wanted) : null
      if (rotated === null) throw notFound('endpoint')
      return { ...shown(rotated.endpoint), secret: rotated.secret }
    },
  )
}

function found(endpoint: EndpointRecord | null): EndpointRecord {
  if (endpoint === null) throw notFound('endpoint')
  return endpoint
}

/** What the schema cannot say. */
function violationsOf(
  body: { url?: string; secret?: string; numbers?: readonly string[]; header?: { name: string } },
  checkCallbackUrl: (url: string) => string | null,
): Violation[] {
  const { url, secret, numbers = [], header } = body
  const found = [
    { field: 'url', message: url === undefined ? null : checkCallbackUrl(url) },
    { field: 'secret', message: secret === undefined ? null : checkSecretText(secret) },
    { field: 'numbers', message: numbers.every(isStorableText) ? null : 'must be plain text' },
    {
      field: 'header.name',
      message: header !== undefined && isOurHeader(header.name) ? 'is a header that we set ourselves' : null,
    },
  ]
  return found.flatMap(({ field, message }) => (message === null ? [] : [{ field, message }]))
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw constraintViolation(violations)
}

function wishesOf({ method, header, withoutHeader = false, ...rest }: EndpointChange): Partial<EndpointWishes> {
  return {
    ...rest,
    ...canonical(rest),
    ...(method === undefined ? {} : { method: methodOf(method) }),
    ...(withoutHeader ? { header: null } : header === undefined ? {} : { header }),
  }
}

function methodOf(text: string): 'POST' | 'GET' {
  return text.toUpperCase() === 'GET' ? 'GET' : 'POST'
}

/** Numbers as messages have them; each value once. */
function canonical({
  events,
  channels,
  numbers,
}: {
  events?: readonly string[]
  channels?: readonly string[]
  numbers?: readonly string[]
}): Partial<Pick<EndpointWishes, 'events' | 'channels' | 'numbers'>> {
  return {
    ...(events === undefined ? {} : { events: [...new Set(events)] }),
    ...(channels === undefined ? {} : { channels: [...new Set(channels)] }),
    ...(numbers === undefined ? {} : { numbers: [...new Set(numbers.map((text) => parseNumber(text) ?? text))] }),
  }
}

function shown(endpoint: EndpointRecord): ShownEndpoint {
  const { id, url, method, events, channels, numbers, ordered, enabled, disabledReason, signatureMethod } = endpoint
  return {
    id,
    url,
    method,
    events: [...events],
    channels: [...channels],
    numbers: [...numbers],
    ordered,
    enabled,
    disabledReason,
    signed: endpoint.secret !== null,
    signatureMethod,
    previousSecretUntil: dateTextOrNull(endpoint.previousSecretUntil),
    headerName: endpoint.headerName,
    createdDate: dateText(endpoint.createdAt),
    updatedDate: dateText(endpoint.updatedAt),
  }
}
