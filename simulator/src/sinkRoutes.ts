import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeRoute } from './describeRoute.ts'
import { textParameter } from './numberParameter.ts'
import { ObjectReader } from './objectReader.ts'
import { Problem, refuseViolations } from './problem.ts'
import type { SinkScript, Sinks } from './sink.ts'

/** Webhook sinks: `/sink/{name}` is what gets called, `/sinks/{name}` says how it answers and what came in. */
export async function sinkRoutes(app: FastifyInstance, { sinks }: { sinks: Sinks }): Promise<void> {
  app.addHook('preClose', async () => sinks.close())

  app.get('/sinks', { schema: describeRoute('List the webhook sinks', [200]) }, () => ({ sinks: sinks.list() }))

  app.put(
    '/sinks/:name',
    { schema: describeRoute('Set how a webhook sink answers', [200, 400], scriptSchema) },
    (request) => {
      const name = nameParameter(request.params)
      const script = readScript(request.body)
      sinks.script(name, script)
      return { name, script }
    },
  )

  app.delete('/sinks/:name', { schema: describeRoute('Forget a webhook sink', [204, 400, 404]) }, (request, reply) => {
    const name = nameParameter(request.params)
    if (!sinks.delete(name)) throw new Problem(404, `There is no sink ${name}.`)
    return reply.code(204).send()
  })

  app.get(
    '/sinks/:name/calls',
    { schema: describeRoute('List the calls to a sink, oldest first', [200, 400]) },
    (request) => ({
      calls: sinks.calls(nameParameter(request.params)),
    }),
  )

  await app.register(async (scope) => {
    // Whatever a webhook carries is shown as it came.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    )
    scope.route({
      method: ['GET', 'POST'],
      url: '/sink/:name',
      schema: describeRoute('Be called as a webhook', [200, 400]),
      handler: (request, reply) => answerCall(sinks, request, reply),
    })
  })
}

async function answerCall(sinks: Sinks, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { method, url, body } = request
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const name = nameParameter(request.params)
  const status = await sinks.call(name, { method, url, headers, body: typeof body === 'string' ? body : '' })
  reply.code(status)
  return status === 204 || status === 304 ? reply.send() : reply.send({ sink: name, status })
}

function nameParameter(params: unknown): string {
  const name = textParameter(params, 'name')
  if (/^[\w.-]{1,64}$/.test(name)) return name
  return refuseViolations([{ field: 'name', message: 'must be 1 to 64 letters, digits, dots, dashes or underscores' }])
}

function readScript(body: unknown): SinkScript {
  const reader = new ObjectReader(body).allowOnly('status', 'delayMs', 'failTimes')
  const always = !reader.has('failTimes') || reader.isNull('failTimes')
  const script = {
    status: reader.integer('status', { min: 200, max: 599, fallback: 200 }),
    delayMs: reader.integer('delayMs', { min: 0, max: DELAY_MS_MAX, fallback: 0 }),
    failTimes: always ? null : reader.integer('failTimes', { min: 0, max: 1_000_000 }),
  }
  if (reader.violations.length > 0) refuseViolations(reader.violations)
  return script
}

const BODY_BYTES_MAX = 65_536
const DELAY_MS_MAX = 120_000

const scriptSchema = {
  type: 'object',
  properties: {
    status: { type: 'integer', description: 'HTTP status to answer, 200 to 599' },
    delayMs: { type: 'integer', description: 'Wait before the answer' },
    failTimes: { type: 'integer', description: 'Answer 200 after this many calls; left out: never' },
  },
  examples: [{ status: 500, failTimes: 3 }],
}
