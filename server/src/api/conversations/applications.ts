import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { constraintViolation, type Violation } from '../../http/problem.ts'
import { readBody } from '../chat/readMessageRequest.ts'
import type { CheckUrl } from '../chat/readStep.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { changeByWebhooks, type Webhook, webhooksOf } from './applicationWebhooks.ts'
import { INBOUND_EVENTS, STATUS_EVENTS } from './configurationSchema.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'

const ACCOUNT = { kind: 'account' } as const
const APPLICATIONS = '/chat-api/v2/applications'

const Application = Type.Object({
  id: Type.Enum(['default']),
  name: Type.String(),
  webhooks: Type.Array(
    Type.Object({
      events: Type.Array(Type.String(), { description: 'Empty: all' }),
      callbackUrl: Type.String({ description: 'Is told of them' }),
    }),
  ),
})
type Application = Static<typeof Application>
const Update = Type.Object({ webhooks: Application.properties.webhooks })

/**
 * /chat-api/v2/applications: the callbacks of the account as the vendor's Chat API v2 has them. It knows one
 * application, and so do we.
 */
export function applicationRoutes(
  app: FastifyInstance,
  dependencies: Pick<ConversationDependencies, 'keyring' | 'rateLimit' | 'callbacks' | 'checkUrl'>,
): void {
  const { callbacks, checkUrl } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  const shared = { tags: ['Chat'], security: [{ apikey: [] }] }
  const read = async (accountId: string): Promise<Application> => ({
    id: 'default',
    name: 'Default Application',
    webhooks: webhooksOf(await callbacks.read(accountId, ACCOUNT)),
  })
  app.get(APPLICATIONS, {
    onRequest,
    schema: { ...shared, summary: 'List applications', response: { 200: Type.Array(Application), ...problems() } },
    handler: async (request) => [await read(principalOf(request).accountId)],
  })
  app.get(`${APPLICATIONS}/default`, {
    onRequest,
    schema: { ...shared, summary: 'Read the application', response: { 200: Application, ...problems() } },
    handler: async (request) => read(principalOf(request).accountId),
  })
  app.patch(`${APPLICATIONS}/default`, {
    onRequest,
    ...readByHand,
    schema: {
      ...shared,
      summary: 'Set webhooks of the application',
      body: Update,
      response: { 204: Type.Null({ description: 'They are set' }), ...problems(...BODY_PROBLEMS) },
    },
    handler: async (request, reply) => {
      const { accountId } = principalOf(request)
      const webhooks = readWebhooks(request.body, checkUrl)
      const changed = changeByWebhooks(await callbacks.read(accountId, ACCOUNT), webhooks)
      if ('violations' in changed) throw constraintViolation(changed.violations)
      await callbacks.write(accountId, ACCOUNT, changed.settings)
      return reply.code(204).send()
    },
  })
}

function readWebhooks(body: unknown, checkUrl: CheckUrl): Webhook[] {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const entries = request.has('webhooks')
    ? request.objects('webhooks', { min: 0, max: WEBHOOKS_MAX })
    : request.refuse('webhooks', 'must not be empty')
  const webhooks = (entries ?? []).map((entry): Webhook => {
    const events = entry.list('events', { min: 0, max: EVENTS_MAX }) ?? []
    const wrong = events.findIndex((event) => !KNOWN_EVENTS.has(event))
    if (wrong !== -1) entry.refuse(`events.${wrong}`, `must be one of ${EVENTS.join(', ')}`)
    const callbackUrl = entry.has('callbackUrl')
      ? entry.url('callbackUrl', checkUrl)
      : entry.refuse('callbackUrl', 'must not be empty')
    return { events: EVENTS.filter((event) => events.includes(event)), callbackUrl: callbackUrl ?? '' }
  })
  if (violations.size > 0) throw constraintViolation([...violations.values()])
  return webhooks
}

const EVENTS = [...INBOUND_EVENTS, ...STATUS_EVENTS]
const KNOWN_EVENTS: ReadonlySet<unknown> = new Set(EVENTS)
const WEBHOOKS_MAX = 20
const EVENTS_MAX = 20
