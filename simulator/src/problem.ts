import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Violation } from './objectReader.ts'

/** A caller's mistake, or a state in which the request cannot be carried out. Answered as problem+json (RFC 9457). */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly violations: readonly Violation[]

  constructor(status: keyof typeof titles, detail: string, violations: readonly Violation[] = []) {
    super(detail)
    this.status = status
    this.title = titles[status]
    this.violations = violations
  }
}

const titles = {
  400: 'Constraint Violation',
  404: 'Not Found',
  409: 'Conflict',
  503: 'Service Unavailable',
} as const

export function refuseViolations(violations: readonly Violation[]): never {
  throw new Problem(400, violations.map(({ field, message }) => `${field || 'body'} ${message}`).join('; '), violations)
}

/** Fastify's error handler of the simulator's routes. */
export function answerProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof Problem) {
    sendProblem(reply, error)
  } else if (error.statusCode !== undefined && error.statusCode < 500) {
    // The framework's own: a body that is no JSON, is too large, or has a type that nothing reads.
    sendProblem(reply, { status: error.statusCode, title: 'Bad Request', message: error.message, violations: [] })
  } else {
    request.log.error({ err: error }, 'simulator.failed')
    sendProblem(reply, {
      status: 500,
      title: 'Internal Server Error',
      message: 'The simulator failed; its log says why.',
      violations: [],
    })
  }
}

function sendProblem(reply: FastifyReply, problem: Pick<Problem, 'status' | 'title' | 'message' | 'violations'>): void {
  const { status, title, message: detail, violations } = problem
  reply
    .code(status)
    .type('application/problem+json')
    .send({ type: `https://httpstatuses.com/${status}`, title, status, detail, violations })
}
