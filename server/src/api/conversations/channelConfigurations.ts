import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ScopedSettings } from '../../callbacks/callbacks.ts'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { notFound } from '../../http/problem.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { type ChannelNumbers, NUMBERED_CHANNELS, type NumberedChannel } from './channelNumbers.ts'
import { CallbackRequest, ChannelConfiguration, ChannelConfigurations, NumberParams } from './configurationSchema.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX } from './endpoint.ts'
import { PageQuery, pageOf, tellPage } from './pages.ts'
import { readCallback } from './readCallback.ts'
import { renderChannel } from './renderConfiguration.ts'

const CHANNELS = `${CONVERSATIONS_PREFIX}/configurations/channels`

type ChannelDependencies = Pick<
  ConversationDependencies,
  'keyring' | 'rateLimit' | 'callbacks' | 'numbers' | 'checkUrl' | 'baseUrl'
>

/** /configurations/channels: the account's numbers, and where the events of each go. */
export function channelConfigurationRoutes(app: FastifyInstance, dependencies: ChannelDependencies): void {
  listRoute(app, dependencies, { path: CHANNELS, channels: NUMBERED_CHANNELS })
  for (const channel of NUMBERED_CHANNELS) {
    listRoute(app, dependencies, { path: `${CHANNELS}/${channel}`, channels: [channel] })
    numberRoutes(app, dependencies, channel)
  }
}

/** Power Automate tries a connection by the one of sms. */
function listRoute(
  app: FastifyInstance,
  dependencies: ChannelDependencies,
  { path, channels }: { path: string; channels: readonly NumberedChannel[] },
): void {
  const { callbacks, numbers, baseUrl } = dependencies
  app.get<{ Querystring: PageQuery }>(path, {
    onRequest: authenticate(dependencies, 'chat'),
    preValidation: canonicalQuery(Object.keys(PageQuery.properties)),
    schema: {
      ...CONVERSATIONS,
      summary: `List the numbers for ${channels.join(' and ')}`,
      querystring: PageQuery,
      response: { 200: ChannelConfigurations, ...problems(400) },
    },
    handler: async (request, reply: FastifyReply) => {
      const { accountId } = principalOf(request)
      const all = await numbersOver(channels, numbers, accountId)
      const settings = settingsByNumber(await callbacks.list(accountId))
      tellPage(reply, { url: `${baseUrl()}${path}`, query: request.query, items: all.length })
      return pageOf(all, request.query).map((place) => renderChannel(place, settings.get(keyOf(place)) ?? null))
    },
  })
}

interface Place {
  readonly channel: NumberedChannel
  readonly number: string
}

async function numbersOver(
  channels: readonly NumberedChannel[],
  numbers: ChannelNumbers,
  accountId: string,
): Promise<Place[]> {
  const found: Place[] = []
  for (const channel of channels) {
    for (const number of await numbers.list(accountId, channel)) found.push({ channel, number })
  }
  return found
}

function settingsByNumber(all: readonly ScopedSettings[]): Map<string, ScopedSettings['settings']> {
  return new Map(all.flatMap(({ scope, settings }) => (scope.kind === 'number' ? [[keyOf(scope), settings]] : [])))
}

/** Settings know a number with its + or without. */
function keyOf({ channel, number }: { channel: string; number: string }): string {
  return `${channel} ${number.replace(/^\+/, '')}`
}

function numberRoutes(app: FastifyInstance, dependencies: ChannelDependencies, channel: NumberedChannel): void {
  const { callbacks, numbers, checkUrl } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  const path = `${CHANNELS}/${channel}/phone-numbers/:phoneNumber`
  const described = { ...CONVERSATIONS, params: NumberParams }
  const ownNumber = (request: FastifyRequest<{ Params: NumberParams }>) => {
    const { accountId } = principalOf(request)
    const number = numbers.find(accountId, channel, request.params.phoneNumber)
    if (number === null) throw notFound('phone number')
    return { accountId, number, scope: { kind: 'number', channel, number } as const }
  }
  app.get<{ Params: NumberParams }>(path, {
    onRequest,
    schema: {
      ...described,
      summary: `Read the configuration of a number for ${channel}`,
      response: { 200: ChannelConfiguration, ...problems(404) },
    },
    handler: async (request) => {
      const { accountId, number, scope } = ownNumber(request)
      return renderChannel({ channel, number }, await callbacks.read(accountId, scope))
    },
  })
  app.put<{ Params: NumberParams }>(`${path}/callbacks`, {
    onRequest,
    ...readByHand,
    schema: {
      ...described,
      summary: `Set the callbacks of a number for ${channel}`,
      body: CallbackRequest,
      response: { 200: ChannelConfiguration, ...problems(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const { accountId, number, scope } = ownNumber(request)
      const before = await callbacks.read(accountId, scope)
      const settings = readCallback(request.body, { before, checkUrl })
      return renderChannel({ channel, number }, await callbacks.write(accountId, scope, settings))
    },
  })
}
