import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import type { NewFlow } from '../../callbacks/flows.ts'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { constraintViolation, notFound, Problem, type Violation } from '../../http/problem.ts'
import { readBody } from '../chat/readMessageRequest.ts'
import type { CheckUrl } from '../chat/readStep.ts'
import { BODY_PROBLEMS, ProblemSchema, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { NUMBERED_CHANNELS } from './channelNumbers.ts'
import { NumberParams } from './configurationSchema.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX, idOf } from './endpoint.ts'

const WEBHOOKS = `${CONVERSATIONS_PREFIX}/power-automate/webhooks`

type TriggerDependencies = Pick<
  ConversationDependencies,
  'keyring' | 'rateLimit' | 'flows' | 'numbers' | 'checkUrl' | 'baseUrl'
>

const Subscription = Type.Object({ id: Type.String({ description: 'Of the subscription, a UUID' }) })
type Subscription = Static<typeof Subscription>
const SUBSCRIBED = {
  description: 'What is written to the number goes to the flow from now on; a DELETE of Location ends that',
  headers: { location: { type: 'string', description: 'The subscription' } },
  ...Subscription,
}
const TOO_MANY = { description: 'The account has as many subscriptions as it may have', ...ProblemSchema }
const ENDED = Type.Null({ description: 'The flow is called no more' })

/** How Power Automate's flows wait for messages: connectors subscribe them, and delete what Location named. */
export function triggerRoutes(app: FastifyInstance, dependencies: TriggerDependencies): void {
  const { flows, numbers, checkUrl } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  const answers = (...statuses: readonly number[]) => ({
    201: SUBSCRIBED,
    ...problems(...BODY_PROBLEMS, ...statuses),
    409: TOO_MANY,
  })
  for (const channel of NUMBERED_CHANNELS) {
    app.route<{ Params: NumberParams }>({
      // Connectors from before 2023 put.
      method: ['POST', 'PUT'],
      url: `${WEBHOOKS}/channels/${channel}/phone-numbers/:phoneNumber`,
      onRequest,
      ...readByHand,
      schema: {
        ...CONVERSATIONS,
        response: answers(404),
        summary: `Start a flow with what is written to a number by ${channel}`,
        params: NumberParams,
        body: Type.Object({ inboundMessageUrl: Type.String({ description: 'Where the flow listens' }) }),
      },
      handler: async (request, reply) => {
        const { accountId } = principalOf(request)
        const number = numbers.find(accountId, channel, request.params.phoneNumber)
        if (number === null) throw notFound('phone number')
        const url = readUrl(request.body, 'inboundMessageUrl', checkUrl)
        return subscribe(dependencies, { accountId, channel, number, url }, reply)
      },
    })
  }
  app.patch('/chat-api/v2/applications/ms-connector/inbound-message-callback', {
    onRequest,
    ...readByHand,
    schema: {
      ...CONVERSATIONS,
      response: answers(),
      summary: 'Start a flow with what is written to any number',
      body: Type.Object({ callbackUrl: Type.String({ description: 'Where the flow listens' }) }),
    },
    handler: async (request, reply) => {
      const { accountId } = principalOf(request)
      const url = readUrl(request.body, 'callbackUrl', checkUrl)
      return subscribe(dependencies, { accountId, channel: null, number: null, url }, reply)
    },
  })
  app.delete<{ Params: Subscription }>(`${WEBHOOKS}/:id`, {
    onRequest,
    schema: {
      ...CONVERSATIONS,
      summary: 'Start a flow no more',
      params: Subscription,
      response: { 204: ENDED, ...problems(404) },
    },
    handler: async (request, reply) => {
      const id = idOf(request.params.id)
      const ended = id !== null && (await flows.unsubscribe(principalOf(request).accountId, id))
      if (!ended) throw notFound('subscription')
      return reply.code(204).send()
    },
  })
}

async function subscribe(
  { flows, baseUrl }: TriggerDependencies,
  flow: NewFlow,
  reply: FastifyReply,
): Promise<Subscription> {
  const subscribed = await flows.subscribe(flow)
  if (subscribed === null) throw new Problem(409, 'the account has as many subscriptions as it may have')
  reply.code(201).header('location', `${baseUrl()}${WEBHOOKS}/${subscribed.id}`)
  return { id: subscribed.id }
}

function readUrl(body: unknown, name: string, checkUrl: CheckUrl): string {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const url = request.has(name) ? request.url(name, checkUrl) : request.refuse(name, 'must not be empty')
  if (url === null) throw constraintViolation([...violations.values()])
  return url
}
