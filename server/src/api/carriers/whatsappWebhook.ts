import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem, unavailable } from '../../http/problem.ts'

/** Whoever takes the webhooks of one WhatsApp number; 'taken' once what they say of it is committed. */
export interface WebhookReceiver {
  verifies(token: string): boolean
  receive(webhook: ReceivedWebhook): Promise<'taken' | 'bad signature' | 'try later'>
}

export interface ReceivedWebhook {
  /** The bytes as they came, because these are what is signed. */
  readonly body: Buffer
  readonly signature: string | undefined
}

export interface WhatsAppWebhookOptions {
  /** By the carrier's id. */
  readonly receivers: ReadonlyMap<string, WebhookReceiver>
}

/** The path of a carrier's webhook, below the public URL. */
export function webhookPath(carrierId: string): string {
  return `/carriers/${encodeURIComponent(carrierId)}/webhook`
}

/**
 * `GET` and `POST /carriers/:carrierId/webhook`: what Meta says of WhatsApp numbers. The signature is the only key.
 *
 * GET is asked once, when the webhook is set up: 200 with the challenge, 403 for another token than the carrier's.
 * POST: 200 when all it says is committed; 401 without a signature, 403 with a wrong one, 503 when it should come again.
 * Who signed it is known only once the body is here, so bodies of strangers have a bounded room.
 */
export async function whatsAppWebhookRoutes(app: FastifyInstance, options: WhatsAppWebhookOptions): Promise<void> {
  await app.register(async (scope) => {
    readBytes(scope)
    verifyRoute(scope, options)
    receiveRoute(scope, options)
  })
}

type CarrierRoute = { Params: { carrierId: string } }

function verifyRoute(app: FastifyInstance, { receivers }: WhatsAppWebhookOptions): void {
  app.get<CarrierRoute & { Querystring: Readonly<Record<string, unknown>> }>(
    '/carriers/:carrierId/webhook',
    { schema: { hide: true } },
    (request, reply) => {
      const receiver = receiverOf(receivers, request.params.carrierId)
      const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = request.query
      if (mode !== 'subscribe' || typeof token !== 'string' || !receiver.verifies(token)) {
        throw new Problem(403, 'the verify token is not right')
      }
      if (typeof challenge !== 'string' || !/^[\w.-]{1,256}$/.test(challenge)) {
        throw new Problem(400, 'there is no challenge to answer')
      }
      reply.header('x-content-type-options', 'nosniff').type('text/plain; charset=utf-8').send(challenge)
    },
  )
}

function receiveRoute(app: FastifyInstance, { receivers }: WhatsAppWebhookOptions): void {
  let largeBytes = 0
  app.post<CarrierRoute & { Body: unknown }>(
    '/carriers/:carrierId/webhook',
    {
      schema: { hide: true },
      bodyLimit: BODY_BYTES_MAX,
      // Before anything of the body is read.
      async onRequest(request, reply) {
        receiverOf(receivers, request.params.carrierId)
        signatureOf(request)
        const bytes = announcedBytes(request)
        if (bytes <= SMALL_BODY_BYTES_MAX) return
        if (largeBytes + bytes > LARGE_BODIES_BYTES_MAX) throw unavailable('too much is being read; send it again')
        largeBytes += bytes
        reply.raw.once('close', () => {
          largeBytes -= bytes
        })
      },
    },
    async (request, reply) => {
      const receiver = receiverOf(receivers, request.params.carrierId)
      const signature = signatureOf(request)
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const webhook = { body, signature }
      const result = await receiver.receive(webhook)
      if (result === 'bad signature') throw new Problem(403, 'the signature is not right')
      // An app has one address for all its numbers, so what is said of others is for whoever knows the same secret.
      const others = [...receivers.values()].filter((other) => other !== receiver)
      const results = await Promise.all(others.map((other) => other.receive(webhook)))
      if (result === 'try later' || results.includes('try later')) {
        throw unavailable('the webhook could not be recorded; send it again')
      }
      return reply.code(200).send()
    },
  )
}

function signatureOf({ headers }: FastifyRequest): string {
  const signature = headers['x-hub-signature-256']
  if (typeof signature !== 'string') throw new Problem(401, 'the webhook is not signed')
  return signature
}

/** Of a body in chunks nobody knows: it may have all that one may. Larger ones are refused by the server itself. */
function announcedBytes({ headers }: FastifyRequest): number {
  const length = headers['content-length']
  return Math.min(length === undefined ? BODY_BYTES_MAX : Number(length), BODY_BYTES_MAX)
}

function receiverOf(receivers: ReadonlyMap<string, WebhookReceiver>, carrierId: string): WebhookReceiver {
  const receiver = receivers.get(carrierId)
  if (receiver === undefined) throw new Problem(404, 'there is no such carrier')
  return receiver
}

/** All bodies below `app` are left as they came, whatever they call themselves. */
function readBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Meta's webhooks have 3 MB at most. */
const BODY_BYTES_MAX = 4_194_304
/** Nearly all of Meta's; they are let in whatever else is being read. */
const SMALL_BODY_BYTES_MAX = 65_536
/** Of larger ones that are read at once. */
const LARGE_BODIES_BYTES_MAX = 67_108_864
