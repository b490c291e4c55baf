import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { createKeyring } from '../accounts/keyring.ts'
import { BYON_PREFIX, byonRoutes } from '../api/byon/byonRoutes.ts'
import { twilioStatusRoute } from '../api/carriers/twilioStatus.ts'
import { whatsAppWebhookRoutes } from '../api/carriers/whatsappWebhook.ts'
import { chatRoutes } from '../api/chat/chatRoutes.ts'
import { apiKeyRoutes } from '../api/console/apiKeys.ts'
import { explainInbound } from '../api/console/explainInbound.ts'
import { explainMessage } from '../api/console/explainMessage.ts'
import { explainTextRoute } from '../api/console/explainText.ts'
import { listInboundRoute } from '../api/console/listInbound.ts'
import { listMessagesRoute } from '../api/console/listMessages.ts'
import { listNumbersRoute } from '../api/console/listNumbers.ts'
import { optOutsRoute } from '../api/console/optOuts.ts'
import { otpGuardRoute } from '../api/console/otpGuard.ts'
import { provisioningStatusRoute } from '../api/console/provisioningStatus.ts'
import { setInboundRoute } from '../api/console/setInbound.ts'
import { webhookDeliveryRoutes } from '../api/console/webhookDeliveries.ts'
import { webhookEndpointRoutes } from '../api/console/webhookEndpoints.ts'
import { createChannelNumbers } from '../api/conversations/channelNumbers.ts'
import { conversationRoutes } from '../api/conversations/conversationRoutes.ts'
import { mediaRoutes } from '../api/media/mediaRoutes.ts'
import { OTP_PREFIX, otpRoutes } from '../api/otp/otpRoutes.ts'
import { conversion } from '../api/sms/conversion.ts'
import { messageStatus } from '../api/sms/messageStatus.ts'
import { sendSms } from '../api/sms/sendSms.ts'
import type { CarrierState } from '../carriers/carrier.ts'
import type { Config } from '../config.ts'
import type { RegisteredNumbers } from '../contacts/registeredNumbers.ts'
import { apiDocs } from '../http/apiDocs.ts'
import { errorResponseStyle, identifiedErrorResponseStyle } from '../http/errorResponse.ts'
import { health } from '../http/health.ts'
import { createRateLimit } from '../http/rateLimit.ts'
import { createHttpServer } from '../http/server.ts'
import type { Metrics } from '../metrics.ts'
import type { Sealer } from '../sealer.ts'
import { demoKeyOf, loadSecret } from '../secrets.ts'
import { checkCallbackUrl } from '../webhooks/guard.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import { whatsappSenders } from './conversations.ts'
import type { Engine } from './engine.ts'
import type { Ground } from './ground.ts'
import { numberOwners } from './inbound.ts'
import type { OneTimeCodes } from './otp.ts'

/** The HTTP server with every route, not listening yet. */
export async function buildHttp(
  { config, clock, log, db, newId, metrics }: Ground,
  {
    engine,
    oneTimeCodes,
    registeredNumbers,
    subscriptions,
    sealer,
    baseUrl,
  }: {
    engine: Engine
    oneTimeCodes: OneTimeCodes
    registeredNumbers: RegisteredNumbers
    subscriptions: Subscriptions
    sealer: Sealer
    baseUrl: () => string
  },
): Promise<FastifyInstance> {
  const { carriers, dispatcher, commits, intake, callbacks } = engine
  const ownerOf = numberOwners({ config }, { registeredNumbers, baseUrl })
  const demoKey = config.demo ? demoKeyOf(await loadSecret(config)) : null
  const keyring = createKeyring({ db, clock, accounts: config.accounts, demoKey })
  const callers = { keyring, rateLimit: createRateLimit(clock) }
  const accounts = new Map(config.accounts.map((account) => [account.id, account]))
  // The echo is always up and says nothing of whether anybody can be reached.
  const healths = () => [...carriers.all.values()].filter(({ id }) => !carriers.echo.has(id)).map(healthOf)
  const http = createHttpServer({
    bodyBytesMax: config.http.bodyBytesMax,
    trouble: (error, where) => log.error({ err: error, where }, 'http.trouble'),
    errorStyles: [errorResponseStyle(BYON_PREFIX, clock), identifiedErrorResponseStyle(OTP_PREFIX, clock)],
  })
  await apiDocs(http, { version: packageJson.version, baseUrl: '/' })
  await http.register(async (app) => {
    const check = (callbackUrl: string) => checkCallbackUrl(callbackUrl, config.webhooks)
    const ownsNumber = registeredNumbers.isReadyFor
    sendSms(app, { ...callers, db, clock, accounts, ownsNumber, baseUrl, checkCallbackUrl: check, intake })
    messageStatus(app, { ...callers, db, baseUrl })
    conversion(app, { ...callers, db, clock })
    listMessagesRoute(app, { ...callers, db, clock, baseUrl })
    explainMessage(app, { ...callers, db, baseUrl })
    listInboundRoute(app, { ...callers, db })
    explainInbound(app, { ...callers, db })
    optOutsRoute(app, { ...callers, db })
    const endpointManagement = { db, clock, newId, sealer, subscriptions, checkCallbackUrl: check }
    webhookEndpointRoutes(app, { ...callers, ...endpointManagement })
    webhookDeliveryRoutes(app, { ...callers, db, clock })
    explainTextRoute(app, callers)
    apiKeyRoutes(app, { ...callers, db, clock })
    const configuredOwner = createConfiguredOwner(config.accounts)
    const newHexId = () => newId().replaceAll('-', '')
    app.register(async (byon) => byonRoutes(byon, { ...callers, db, clock, newId: newHexId, configuredOwner }))
    provisioningStatusRoute(app, { ...callers, db, clock, registeredNumbers, configuredOwner })
    app.register(async (otp) => otpRoutes(otp, { ...callers, ...oneTimeCodes, accounts, ownsNumber }))
    const senders = whatsappSenders(config)
    const chatRules = { db, accounts, ownsNumber, whatsappSenders: senders, media: engine.media, checkUrl: check }
    const { chats, flows } = engine.conversations
    app.register(async (chat) => chatRoutes(chat, { ...callers, ...chatRules, chats }))
    const numbers = createChannelNumbers({ db, accounts, whatsappSenders: senders, callbacks, ownerOf })
    app.register(async (conversations) =>
      conversationRoutes(conversations, { ...callers, ...chatRules, chats, callbacks, flows, numbers, baseUrl }),
    )
    app.register(async (scope) => mediaRoutes(scope, { ...callers, clock, media: engine.media, baseUrl }))
    await whatsAppWebhookRoutes(app, { receivers: carriers.whatsapp })
    otpGuardRoute(app, { ...callers, ...oneTimeCodes })
    twilioStatusRoute(app, { receiver: (carrierId) => carriers.voice.get(carrierId), publicUrl: baseUrl })
    listNumbersRoute(app, { ...callers, db, accounts })
    setInboundRoute(app, { ...callers, db, clock, accounts, registeredNumbers, checkCallbackUrl: check })
    health(app, { db, metrics, carriers: healths, sample: () => sample(metrics, { commits, dispatcher, healths }) })
  })
  return http
}

/** The account to which the configuration file gives a number; null: to none. */
function createConfiguredOwner(accounts: Config['accounts']): (number: string) => string | null {
  const owners = new Map(accounts.flatMap(({ id, numbers }) => numbers.map(({ number }) => [number, id] as const)))
  return (number) => owners.get(number) ?? null
}

/** Brings to the metrics what is only counted or looked up when somebody asks. */
function sample(
  metrics: Metrics,
  {
    commits,
    dispatcher,
    healths,
  }: Pick<Engine, 'commits' | 'dispatcher'> & { healths: () => ReturnType<typeof healthOf>[] },
): void {
  for (const tally of [metrics.accepted, metrics.submissions, metrics.callbacks]) tally.flush()
  metrics.commitWaiting.set(commits.waiting)
  for (const { id, health: state } of healths()) {
    metrics.waiting.set({ carrier: id }, dispatcher.waiting(id))
    metrics.carrierBinds.set({ carrier: id }, state.bindsUp)
    metrics.carrierInFlight.set({ carrier: id }, state.inFlight)
  }
}

function healthOf(carrier: CarrierState) {
  return { id: carrier.id, health: carrier.health() }
}
