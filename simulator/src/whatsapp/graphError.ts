import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { describeError } from './metaErrors.ts'

/** A refusal in the form of Meta's Graph API. */
export class GraphError extends Error {
  readonly status: number // HTTP
  readonly code: number
  readonly details: string | null // null: nothing to add to the title
  readonly retryAfterSeconds: number | null // null: no such header

  constructor(code: number, options: GraphErrorOptions = {}) {
    const { title, status } = describeError(code)
    super(`(#${code}) ${options.title ?? title}`)
    this.status = options.status ?? status
    this.code = code
    this.details = options.details ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }
}

export interface GraphErrorOptions {
  /** HTTP; left out: the usual one of this code. */
  readonly status?: number
  /** Left out: the usual one of this code. */
  readonly title?: string
  readonly details?: string
  readonly retryAfterSeconds?: number | null
}

export function unknownObject(id: string): GraphError {
  return new GraphError(100, { title: `Object with ID '${id}' does not exist or cannot be loaded.` })
}

/** Fastify's error handler of the routes that are like Meta's. */
export function answerGraphError(error: FastifyError | GraphError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof GraphError) {
    if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds)
    if (error.status === 401) reply.header('www-authenticate', 'OAuth "Facebook Platform" "invalid_token"')
    send(reply, error)
  } else if (error.statusCode !== undefined && error.statusCode < 500) {
    send(reply, { status: error.statusCode, code: 100, message: `(#100) ${error.message}`, details: null })
  } else {
    request.log.error({ err: error }, 'simulator.failed')
    send(reply, { status: 500, code: 1, message: 'The simulator failed; its log says why.', details: null })
  }
}

function send(
  reply: FastifyReply,
  { status, code, message, details }: Pick<GraphError, 'status' | 'code' | 'message' | 'details'>,
): void {
  const error = {
    message,
    type: 'OAuthException',
    code,
    ...(details === null ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: randomBytes(9).toString('base64url'),
  }
  reply.code(status).send({ error })
}
