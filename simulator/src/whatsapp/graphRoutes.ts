import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { HeldSockets } from '../heldSockets.ts'
import { textParameter } from '../numberParameter.ts'
import type { BusinessNumber } from './businessNumbers.ts'
import { type ChatOrder, isRecord, readChatOrder } from './chatOrder.ts'
import { answerGraphError, GraphError, unknownObject } from './graphError.ts'
import { mediaRoutes } from './mediaRoutes.ts'
import type { WhatsAppCloud } from './whatsAppCloud.ts'

/** The part of Meta's Graph API that WhatsApp needs. Any token is right, where the number does not name one. */
export async function graphRoutes(app: FastifyInstance, { cloud }: { cloud: WhatsAppCloud }): Promise<void> {
  const held = new HeldSockets()
  app.addHook('preClose', async () => {
    held.close()
    await cloud.close()
  })
  app.setErrorHandler(answerGraphError)
  app.setNotFoundHandler((request) => {
    throw new GraphError(100, { status: 404, title: `Unknown path components: ${request.url}` })
  })
  app.addHook('onRequest', async (request) => void tokenOf(request))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => done(null, parseJson(String(body))),
  )

  app.post('/:version/:id/messages', { schema: describeRoute('Send a WhatsApp message', [200]) }, (request, reply) => {
    const business = businessOf(cloud, request)
    const body = isRecord(request.body) ? request.body : {}
    return body.status === 'read' ? { success: true } : sendChat({ cloud, held, business, body }, request, reply)
  })

  app.get(
    '/:version/:id/message_templates',
    { schema: describeRoute('List the WhatsApp templates', [200]) },
    ({ query }) => ({
      data: cloud.templates
        .list()
        .filter((template) => (isRecord(query) && typeof query.name === 'string' ? template.name === query.name : true))
        .map(({ header, body, ...template }, index) => ({
          id: String(index + 1),
          ...template,
          parameter_format: 'POSITIONAL',
          components: [
            ...(header === null ? [] : [{ type: 'HEADER', format: 'TEXT', text: header }]),
            { type: 'BODY', text: body },
          ],
        })),
      paging: {},
    }),
  )

  mediaRoutes(app, { cloud, businessOf: (request) => businessOf(cloud, request) })
}

async function sendChat(
  {
    cloud,
    held,
    business,
    body,
  }: { cloud: WhatsAppCloud; held: HeldSockets; business: BusinessNumber; body: Readonly<Record<string, unknown>> },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const order = readChatOrder(body)
  const text = textOf(cloud, order)
  const { id: mediaId } = order.content
  if (typeof mediaId === 'string' && cloud.media.find(mediaId) === undefined) {
    throw new GraphError(131_009, { details: `Media ID ${mediaId} does not exist` })
  }
  if (!cloud.takesMore(business)) throw new GraphError(130_429)
  const plan = cloud.plans.next(order.to)
  const { create } = plan
  switch (create.kind) {
    case 'refuse': {
      const { status, code, retryAfterSeconds } = create
      throw new GraphError(code, { status, retryAfterSeconds, details: 'The simulator was told to refuse it' })
    }
    case 'close':
      return held.cut(request, reply)
    case 'silence':
      cloud.send(business, order, { plan, text })
      return held.hold(request, reply)
    case 'accept': {
      const { id } = cloud.send(business, order, { plan, text })
      if (create.delayMs > 0) await cloud.wait(create.delayMs)
      return {
        messaging_product: 'whatsapp',
        contacts: [{ input: order.input, wa_id: order.to }],
        messages: [{ id, ...(order.type === 'template' ? { message_status: 'accepted' } : {}) }],
      }
    }
    default:
      return create satisfies never
  }
}

function textOf({ templates }: WhatsAppCloud, { type, content }: ChatOrder): string | null {
  const text = type === 'template' ? templates.fill(content) : (content.body ?? content.caption)
  return typeof text === 'string' ? text : null
}

function businessOf({ numbers }: WhatsAppCloud, request: FastifyRequest): BusinessNumber {
  const id = textParameter(request.params, 'id')
  const business = numbers.find(id)
  if (business === undefined) throw unknownObject(id)
  const { accessToken = null } = business
  if (accessToken !== null && tokenOf(request) !== accessToken) throw new GraphError(190)
  return business
}

/** Every request names a token, whatever it is for. */
function tokenOf({ headers }: FastifyRequest): string {
  const [, token = ''] = /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (token === '') throw new GraphError(190, { title: 'An access token is required to request this resource.' })
  return token
}

/** What is no JSON has no parameters, which is then what is complained of. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const BODY_BYTES_MAX = 262_144
