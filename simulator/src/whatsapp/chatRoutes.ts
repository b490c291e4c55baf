import type { FastifyInstance } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { numberParameter, textParameter } from '../numberParameter.ts'
import { Problem, refuseViolations } from '../problem.ts'
import { parseChatPlan } from './parseChatPlan.ts'
import { INBOUND_BODY_BYTES_MAX, readInboundChat } from './readInboundChat.ts'
import type { WhatsAppCloud } from './whatsAppCloud.ts'

/** What the phones received and write, and what becomes of chat messages to a number. */
export function chatRoutes(app: FastifyInstance, cloud: WhatsAppCloud): void {
  const { handsets, plans } = cloud

  app.get(
    '/handsets/:number/chats',
    { schema: describeRoute('List the chat messages that a handset got, oldest first', [200, 400]) },
    (request) => ({ chats: handsets.chats(numberParameter(request.params)) }),
  )

  app.delete(
    '/handsets/:number/chats',
    { schema: describeRoute('Clear the chat messages of one handset', [204, 400]) },
    (request, reply) => {
      handsets.clear(numberParameter(request.params))
      return reply.code(204).send()
    },
  )

  app.post(
    '/chats/inbound',
    {
      schema: describeRoute('Write to a business from a handset', [202, 400, 409], inboundSchema),
      bodyLimit: INBOUND_BODY_BYTES_MAX,
    },
    (request, reply) => {
      const { inbound, to, copies } = readInboundChat(request.body)
      const business = cloud.numbers.findByNumber(to)
      if (business === undefined) throw new Problem(409, `No business has registered the number +${to}.`)
      return reply.code(202).send({ id: cloud.receive(business, inbound, copies) })
    },
  )

  app.post(
    '/chats/:id/read',
    { schema: describeRoute('Read a chat message on its handset', [204, 404]) },
    (request, reply) => {
      const id = textParameter(request.params, 'id')
      if (!cloud.read(id)) throw new Problem(404, `No handset has a chat message ${id}.`)
      return reply.code(204).send()
    },
  )

  app.get(
    '/chat-outcomes',
    { schema: describeRoute('List the outcomes of chat messages that were set', [200]) },
    () => ({ outcomes: plans.list().map(({ number, plan }) => ({ number, outcome: plan })) }),
  )

  app.get(
    '/chat-outcomes/:number',
    { schema: describeRoute('Show what becomes of chat messages to a number', [200, 400]) },
    (request) => {
      const number = numberParameter(request.params)
      return { number, outcome: plans.find(number) }
    },
  )

  app.put(
    '/chat-outcomes/:number',
    { schema: describeRoute('Set what becomes of chat messages to a number', [200, 400], planSchema) },
    (request) => {
      const number = numberParameter(request.params)
      const parsed = parseChatPlan(request.body)
      if (parsed.kind === 'violations') return refuseViolations(parsed.violations)
      if (!plans.set(number, parsed.plan)) throw new Problem(503, 'Too many outcomes are set. Delete some.')
      return { number, outcome: parsed.plan }
    },
  )

  app.delete(
    '/chat-outcomes/:number',
    { schema: describeRoute('Forget the outcome that was set for chat messages', [204, 400, 404]) },
    (request, reply) => {
      const number = numberParameter(request.params)
      if (!plans.delete(number)) throw new Problem(404, `No outcome of chat messages is set for ${number}.`)
      return reply.code(204).send()
    },
  )
}

const inboundSchema = {
  type: 'object',
  required: ['from', 'to'],
  properties: {
    from: { type: 'string', description: 'Number of the handset' },
    to: { type: 'string', description: 'Number of the business' },
    type: {
      type: 'string',
      description:
        'text, image, document, audio, voice, video, sticker, location, contacts, reaction, button, interactive or unsupported; left out: text',
    },
    text: { type: 'string' },
    media: { type: 'object', description: 'Of a file: contentType, data in Base64, caption, fileName' },
    location: { type: 'object', description: 'latitude, longitude, name, address' },
    contacts: { type: 'array', items: { type: 'object' }, description: 'Each with name and phone' },
    reaction: { type: 'object', description: 'messageId, emoji' },
    button: { type: 'object', description: 'Of button and interactive: text, payload' },
    name: { type: 'string', description: 'What the person calls herself' },
    replyTo: { type: 'string', description: 'Id of the message that it answers' },
    forwarded: { type: 'boolean' },
    copies: { type: 'integer', description: 'How often the webhook is told' },
  },
  examples: [{ from: '+4915112345678', to: '+442079460000', text: 'Hello' }],
}

const planSchema = {
  type: 'object',
  properties: {
    like: { type: 'string', description: 'A magic ending to behave like; nothing else may be given then' },
    create: { type: 'object', description: 'kind: accept, refuse, silence or close' },
    statuses: {
      type: 'array',
      items: { type: 'object' },
      description:
        'What is told, in this order: status (sent, delivered, read or failed), delayMs, and code of what failed',
    },
    window: { type: 'string', description: 'kept or ignored: whether the person must have written within 24 hours' },
  },
  examples: [{ like: '999802' }, { statuses: [{ status: 'failed', code: 131026 }] }],
}
