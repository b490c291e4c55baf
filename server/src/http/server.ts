import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import formbody from '@fastify/formbody'
import Fastify, {
  type ConnectionError,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { DatabaseUnavailable } from '../db/database.ts'
import { parseJsonObject } from './parseJson.ts'
import { Problem, problemText, sendProblem, unavailable, type Violation } from './problem.ts'

export interface HttpServerOptions {
  readonly bodyBytesMax: number
  /** Told of errors that are bugs; the caller gets a 500 that says nothing of them. */
  readonly trouble: (error: unknown, where: string) => void
  /** APIs that show their errors in another form. */
  readonly errorStyles?: readonly ErrorStyle[]
}

export interface ErrorStyle {
  /** '/byon': that path and all below it, also where there is no route. */
  readonly prefix: string
  readonly send: (reply: FastifyReply, problem: Problem) => void
}

/** The HTTP server without a route: limits, parsing, and errors, which are problem+json unless an API has its own style. */
export function createHttpServer({ bodyBytesMax, trouble, errorStyles = [] }: HttpServerOptions): FastifyInstance {
  const answer = (request: FastifyRequest, reply: FastifyReply, problem: Problem) => {
    const style = errorStyles.find(({ prefix }) => isBelow(prefix, pathOf(request.url)))
    if (style === undefined) sendProblem(reply, problem)
    else style.send(reply, problem)
  }
  const answerError = (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) => {
    const report = () => trouble(error, `${request.method} ${pathOf(request.url)}`)
    const badPath = 'code' in error && error.code === 'FST_ERR_BAD_URL'
    answer(request, reply, badPath ? undecodable(pathOf(request.url)) : asProblem(error, report))
  }
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: CONNECTION_IDLE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PARAMETER_CHARACTERS_MAX },
    // Numbers and booleans arrive as text in queries and forms, and some published clients quote them in JSON too.
    // `strictNumbers` would exempt a quoted 1e999 from its maximum: it is coerced to Infinity, which strict rules skip.
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: true,
        useDefaults: true,
        removeAdditional: false,
        strictNumbers: false,
      },
    },
    frameworkErrors: answerError,
    clientErrorHandler: refuseUnreadable,
  })
  app.decorateRequest('principal', null)
  app.removeContentTypeParser('text/plain')
  readJsonBy(app, parseJsonObject)
  app.register(formbody, { bodyLimit: bodyBytesMax })
  app.setNotFoundHandler((request, reply) => {
    answer(request, reply, new Problem(404, `no such path: ${request.method} ${pathOf(request.url)}`))
  })
  app.setErrorHandler(answerError)
  return app
}

/** How JSON bodies are read from here on: by all routes of `app` and of what is registered in it. */
export function readJsonBy(app: FastifyInstance, parse: (text: string) => unknown): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parse(String(body)))
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

/** Answers what is no HTTP, so that there is no request to reply to, and closes: where the next one starts is unknown. */
function refuseUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, reason } = UNREADABLE[error.code] ?? { status: 400, reason: 'the request is not HTTP' }
  const body = problemText(new Problem(status, reason))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const UNREADABLE: Readonly<Record<string, { readonly status: number; readonly reason: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'the request did not come to its end in time' },
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'the headers and the path together are too long' },
}

/** For a whole request: 16 MB of media over 1 Mbit/s. */
const REQUEST_TIMEOUT_MS = 150_000
const KEEP_ALIVE_MS = 72_000
const CONNECTION_IDLE_MS = 120_000
const PARAMETER_CHARACTERS_MAX = 256

/** Fastify's own words repeat the query, where a key or a code may stand. */
function undecodable(path: string): Problem {
  return new Problem(400, `the path cannot be decoded: ${path}`)
}

function asProblem(error: FastifyError | Problem, report: () => void): Problem {
  if (error instanceof Problem) return error
  if (error instanceof DatabaseUnavailable) return unavailable('the store cannot take work at the moment; try again')
  if (error.validation !== undefined) {
    const violations = violationsOf(error.validation)
    const detail = violations.map(({ field, message }) => `${field}: ${message}`).join('; ')
    return new Problem(400, detail, { title: 'Constraint Violation', violations })
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Problem(error.statusCode, error.message)
  }
  report()
  return new Problem(500, 'Something went wrong')
}

type SchemaError = NonNullable<FastifyError['validation']>[number]

/** What a schema found wrong, by the caller's field names; one message a field, and not of more fields than anybody reads. */
export function violationsOf(errors: readonly SchemaError[]): Violation[] {
  const violations = new Map<string, Violation>()
  for (const error of errors) {
    if (violations.size === VIOLATIONS_MAX) break
    const field = fieldOf(error)
    if (!violations.has(field)) violations.set(field, { field, message: messageOf(error) })
  }
  return [...violations.values()]
}

/** A list in a body of a megabyte can have hundreds of thousands of wrong entries. */
const VIOLATIONS_MAX = 100

function fieldOf({ instancePath, keyword, params }: SchemaError): string {
  const path = instancePath.slice(1).replaceAll('/', '.')
  const missing = keyword === 'required' ? String(params.missingProperty) : ''
  return [path, missing].filter((part) => part !== '').join('.') || 'body'
}

function messageOf({ keyword, params, message }: SchemaError): string {
  switch (keyword) {
    case 'required':
      return 'must not be empty'
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`
    case 'enum': {
      const allowed: unknown = params.allowedValues
      return `must be one of ${Array.isArray(allowed) ? allowed.join(', ') : 'the documented values'}`
    }
    default:
      return message ?? 'is not valid'
  }
}

function isBelow(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
}

/** Without the query, which may hold a key or a text. */
function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
