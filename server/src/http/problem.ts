import type { FastifyReply } from 'fastify'

/** A caller's mistake, or a reason why not now, as RFC 9457 problem+json. Thrown anywhere below a route. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly title: string
  readonly violations: readonly Violation[]
  readonly headers: Readonly<Record<string, string>>
  /** One word for programs, in the APIs whose errors have one. */
  readonly code: string | null // null: none of its own

  constructor(
    status: number,
    detail: string,
    {
      title,
      violations = [],
      headers = {},
      code = null,
    }: {
      title?: string
      violations?: readonly Violation[]
      headers?: Record<string, string>
      code?: string | null
    } = {},
  ) {
    super(detail)
    this.status = status
    this.title = title ?? TITLES[status] ?? 'Error'
    this.violations = violations
    this.headers = headers
    this.code = code
  }
}

/** One field and what was expected of it. */
export interface Violation {
  readonly field: string
  readonly message: string
}

/** Every bad field at once. */
export function constraintViolation(violations: readonly Violation[]): Problem {
  const detail = violations.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return new Problem(400, detail, { title: 'Constraint Violation', violations })
}

export function notFound(what: string): Problem {
  return new Problem(404, `${what} not found`)
}

/** The store or a queue cannot take more now. */
export function unavailable(detail: string, retryAfterSeconds = 1): Problem {
  return new Problem(503, detail, { headers: { 'retry-after': String(retryAfterSeconds) } })
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  for (const [name, value] of Object.entries(problem.headers)) reply.header(name, value)
  reply.code(problem.status).header('content-type', 'application/problem+json').send(problemText(problem))
}

/** The body of a problem's answer. */
export function problemText({ status, title, message, violations }: Problem): string {
  return JSON.stringify({
    type: `https://httpstatuses.com/${status}`,
    title,
    status,
    detail: message,
    ...(violations.length > 0 ? { violations } : {}),
  })
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
