import type { FastifyInstance } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { textParameter } from '../numberParameter.ts'
import { ObjectReader } from '../objectReader.ts'
import { Problem, refuseViolations } from '../problem.ts'
import type { BusinessNumber } from './businessNumbers.ts'
import type { Template } from './templates.ts'
import { verifyWebhook } from './verifyWebhook.ts'
import type { WhatsAppCloud } from './whatsAppCloud.ts'

/** What a business arranges with Meta beforehand: its numbers with their webhooks, and its templates. */
export function businessRoutes(app: FastifyInstance, { numbers, templates }: WhatsAppCloud): void {
  app.get('/whatsapp/numbers', { schema: describeRoute('List the business numbers', [200]) }, () => ({
    numbers: numbers.list().map(renderNumber),
  }))

  app.put(
    '/whatsapp/numbers/:id',
    { schema: describeRoute('Register a business number', [200, 400, 409], numberSchema) },
    async (request) => {
      const { business, webhookUrl, verifyToken } = readNumber(idOf(request.params), request.body)
      if (verifyToken !== null && !(await verifyWebhook(webhookUrl, verifyToken))) {
        throw new Problem(409, `${webhookUrl} did not answer the challenge that came with the token.`)
      }
      if (!numbers.set(business)) throw new Problem(503, 'Too many numbers are registered. Delete some.')
      return renderNumber(business)
    },
  )

  app.delete(
    '/whatsapp/numbers/:id',
    { schema: describeRoute('Forget a business number', [204, 400, 404]) },
    (request, reply) => {
      const id = idOf(request.params)
      if (!numbers.delete(id)) throw new Problem(404, `There is no business number ${id}.`)
      return reply.code(204).send()
    },
  )

  app.get('/whatsapp/templates', { schema: describeRoute('List the templates', [200]) }, () => ({
    templates: templates.list(),
  }))

  app.put(
    '/whatsapp/templates/:name',
    { schema: describeRoute('Set a template in one language', [200, 400], templateSchema) },
    (request) => {
      const template = readTemplate(textParameter(request.params, 'name'), request.body)
      if (!templates.set(template)) throw new Problem(503, 'There are too many templates. Delete some.')
      return template
    },
  )

  app.delete(
    '/whatsapp/templates/:name',
    { schema: describeRoute('Delete a template in all languages', [204, 404]) },
    (request, reply) => {
      const name = textParameter(request.params, 'name')
      if (!templates.delete(name)) throw new Problem(404, `There is no template ${name}.`)
      return reply.code(204).send()
    },
  )
}

interface Registration {
  readonly business: BusinessNumber
  readonly webhookUrl: string
  readonly verifyToken: string | null // null: the webhook is taken as it is
}

function readNumber(phoneNumberId: string, body: unknown): Registration {
  const reader = new ObjectReader(body).allowOnly(
    'number',
    'webhookUrl',
    'appSecret',
    'verifyToken',
    'accessToken',
    'messagesPerSecondMax',
  )
  const number = reader.text('number', { lengthMax: 21 })
  if (number !== '' && !/^\+?\d{1,20}$/.test(number)) reader.refuse('number', 'must be digits, with or without +')
  const webhookUrl = reader.text('webhookUrl', { lengthMax: 2_000 })
  if (webhookUrl !== '' && !/^https?:$/.test(URL.parse(webhookUrl)?.protocol ?? '')) {
    reader.refuse('webhookUrl', 'must be an http or https URL')
  }
  const optional = (name: string) => (reader.has(name) ? reader.text(name, { lengthMax: 1_000 }) : null)
  const business: BusinessNumber = {
    phoneNumberId,
    number: number.replace(/^\+/, ''),
    webhookUrl: () => webhookUrl,
    appSecret: reader.text('appSecret', { lengthMax: 1_000 }),
    accessToken: optional('accessToken'),
    messagesPerSecondMax: reader.has('messagesPerSecondMax')
      ? reader.integer('messagesPerSecondMax', { min: 0, max: 1_000_000 })
      : null,
  }
  const verifyToken = optional('verifyToken')
  if (reader.violations.length > 0) refuseViolations(reader.violations)
  return { business, webhookUrl, verifyToken }
}

/** Secrets are not for show. */
function renderNumber({ phoneNumberId, number, webhookUrl, messagesPerSecondMax = null }: BusinessNumber) {
  return { phoneNumberId, number: `+${number}`, webhookUrl: webhookUrl(), messagesPerSecondMax }
}

function readTemplate(name: string, body: unknown): Template {
  const reader = new ObjectReader(body).allowOnly('language', 'status', 'category', 'header', 'body')
  const template: Template = {
    name,
    language: reader.text('language', { lengthMax: 10 }),
    status: reader.oneOf('status', ['APPROVED', 'PENDING', 'REJECTED', 'PAUSED', 'DISABLED'], 'APPROVED'),
    category: reader.oneOf('category', ['UTILITY', 'MARKETING', 'AUTHENTICATION'], 'UTILITY'),
    header: reader.has('header') ? reader.text('header', { lengthMax: 60 }) : null,
    body: reader.text('body', { lengthMax: 1_024 }),
  }
  if (!/^[a-z0-9_]{1,512}$/.test(name)) reader.refuse('name', 'must be lower-case letters, digits and underscores')
  if (reader.violations.length > 0) refuseViolations(reader.violations)
  return template
}

function idOf(params: unknown): string {
  const id = textParameter(params, 'id')
  if (/^\d{1,20}$/.test(id)) return id
  return refuseViolations([{ field: 'id', message: 'must be 1 to 20 digits, as the ids of phone numbers are' }])
}

const numberSchema = {
  type: 'object',
  required: ['number', 'webhookUrl', 'appSecret'],
  properties: {
    number: { type: 'string', description: 'What people write to' },
    webhookUrl: { type: 'string', description: 'Where statuses and inbound messages are POSTed' },
    appSecret: { type: 'string', description: 'Signs what is POSTed' },
    verifyToken: { type: 'string', description: 'Given, the webhook must first answer a challenge' },
    accessToken: { type: 'string', description: 'The one token that is right; left out: any' },
    messagesPerSecondMax: { type: 'integer', description: 'Further ones are refused with 130429; left out: none are' },
  },
  examples: [{ number: '+442079460000', webhookUrl: 'http://127.0.0.1:8080/carriers/wa/webhook', appSecret: 'sim' }],
}

const templateSchema = {
  type: 'object',
  required: ['language', 'body'],
  properties: {
    language: { type: 'string', description: 'As in en_US' },
    body: { type: 'string', description: 'With {{1}}, {{2}} and so on where values go' },
    header: { type: 'string' },
    status: { type: 'string', description: 'APPROVED, PENDING, REJECTED, PAUSED or DISABLED' },
    category: { type: 'string', description: 'UTILITY, MARKETING or AUTHENTICATION' },
  },
  examples: [{ language: 'en', body: 'Hello {{1}}' }],
}
