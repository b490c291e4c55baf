import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

/** A refusal in the form of Twilio's API. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  readonly retryAfterSeconds: number | null

  constructor(
    status: number,
    { code, message, retryAfterSeconds = null }: { code: number; message: string; retryAfterSeconds?: number | null },
  ) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Fastify's error handler of the routes that are like Twilio's. */
export function answerApiError(error: FastifyError | ApiError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof ApiError) {
    if (error.retryAfterSeconds !== null) reply.header('retry-after', error.retryAfterSeconds)
    if (error.status === 401) reply.header('www-authenticate', 'Basic realm="Twilio API"')
    send(reply, error)
  } else if (error.statusCode !== undefined && error.statusCode < 500) {
    send(reply, { status: error.statusCode, code: 20_001, message: error.message })
  } else {
    request.log.error({ err: error }, 'simulator.failed')
    send(reply, { status: 500, code: 20_500, message: 'The simulator failed; its log says why.' })
  }
}

function send(reply: FastifyReply, { status, code, message }: Pick<ApiError, 'status' | 'code' | 'message'>): void {
  reply.code(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
}
