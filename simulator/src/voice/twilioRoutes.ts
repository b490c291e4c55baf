import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { HeldSockets } from '../heldSockets.ts'
import { textParameter } from '../numberParameter.ts'
import { ApiError, answerApiError } from './apiError.ts'
import type { Call } from './call.ts'
import { durationSeconds, type Exchange } from './exchange.ts'
import { type Credentials, readCallOrder } from './readCallOrder.ts'

/** The part of Twilio's API that makes calls. Any name and password are right; each name has calls of its own. */
export async function twilioRoutes(app: FastifyInstance, { exchange }: { exchange: Exchange }): Promise<void> {
  const held = new HeldSockets()
  app.addHook('preClose', async () => {
    held.close()
    await exchange.close()
  })
  app.setErrorHandler(answerApiError)
  app.setNotFoundHandler((request) => {
    throw notFound(request.url)
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => done(null, body),
  )

  app.get('/Accounts/:account', { schema: describeRoute('Show a voice account', [200]) }, (request) => {
    const { accountSid } = credentialsOf(request)
    const sid = withoutJson(textParameter(request.params, 'account'), request.url)
    if (sid !== accountSid) throw notFound(request.url)
    return { sid, friendly_name: 'Simulator', status: 'active', type: 'Full' }
  })

  app.post('/Accounts/:account/Calls.json', { schema: describeRoute('Make a call', [201]) }, (request, reply) =>
    createCall({ exchange, held }, request, reply),
  )

  app.get('/Accounts/:account/Calls.json', { schema: describeRoute('List calls, newest first', [200]) }, (request) => {
    const { accountSid } = credentialsOf(request)
    const calls = accountOf(request) === accountSid ? exchange.list(accountSid, LISTED_MAX) : []
    return { calls: calls.map(renderCall), page: 0, page_size: LISTED_MAX, next_page_uri: null }
  })

  app.get('/Accounts/:account/Calls/:call', { schema: describeRoute('Show a call', [200]) }, (request) => {
    const { accountSid } = credentialsOf(request)
    const call = exchange.find(withoutJson(textParameter(request.params, 'call'), request.url))
    if (call?.order.accountSid !== accountSid || accountOf(request) !== accountSid) throw notFound(request.url)
    return renderCall(call)
  })
}

async function createCall(
  { exchange, held }: { exchange: Exchange; held: HeldSockets },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const credentials = credentialsOf(request)
  if (accountOf(request) !== credentials.accountSid) throw notFound(request.url)
  const order = readCallOrder(new URLSearchParams(String(request.body ?? '')), credentials)
  if (!exchange.hasRoom) throw new ApiError(429, { code: 20_429, message: 'Too Many Requests' })
  const plan = exchange.plans.next(order.to.slice(1))
  const { create } = plan
  switch (create.kind) {
    case 'refuse': {
      const { status, code, retryAfterSeconds } = create
      throw new ApiError(status, { code, retryAfterSeconds, message: 'The simulator was told to refuse this call' })
    }
    case 'close':
      return held.cut(request, reply)
    case 'silence':
      exchange.call(order, plan)
      return held.hold(request, reply)
    case 'accept': {
      const call = exchange.call(order, plan)
      const rendered = renderCall(call)
      if (create.delayMs > 0) await exchange.wait(create.delayMs)
      return reply.code(201).send(rendered)
    }
  }
}

function credentialsOf({ headers }: FastifyRequest): Credentials {
  const [, encoded = ''] = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '') ?? []
  const [, accountSid = '', authToken = ''] = /^([^:]+):(.+)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  if (accountSid === '') throw new ApiError(401, { code: 20_003, message: 'Authenticate' })
  return { accountSid, authToken }
}

function accountOf({ params }: FastifyRequest): string {
  return textParameter(params, 'account')
}

function withoutJson(name: string, url: string): string {
  if (!name.endsWith('.json')) throw notFound(url)
  return name.slice(0, -'.json'.length)
}

function notFound(url: string): ApiError {
  return new ApiError(404, { code: 20_404, message: `The requested resource ${url} was not found` })
}

function renderCall(call: Call) {
  const { sid, order, status, createdAt, answeredAt, endedAt } = call
  const duration = durationSeconds(call)
  return {
    sid,
    account_sid: order.accountSid,
    to: order.to,
    from: order.from,
    status,
    direction: 'outbound-api',
    date_created: renderDate(createdAt),
    start_time: renderDate(answeredAt),
    end_time: renderDate(endedAt),
    duration: duration === null ? null : String(duration),
    price: null,
    price_unit: 'USD',
    api_version: '2010-04-01',
    uri: `/2010-04-01/Accounts/${order.accountSid}/Calls/${sid}.json`,
  }
}

/** RFC 2822, as Twilio writes it. */
function renderDate(at: number | null): string | null {
  return at === null ? null : new Date(at).toUTCString().replace('GMT', '+0000')
}

const BODY_BYTES_MAX = 65_536
const LISTED_MAX = 50
