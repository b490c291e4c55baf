import type { FastifyError } from 'fastify'
import { constraintViolation, Problem } from '../../http/problem.ts'
import { violationsOf } from '../../http/server.ts'
import { Refusal, refusalCodes } from '../../otp/refusal.ts'

/** Gives what is wrong with a request the codes of this API; all else is passed on as it is. */
export function withCodes(error: FastifyError | Error): Error {
  if (error instanceof Refusal) return new Problem(400, error.message, { code: error.code })
  if ('validation' in error && error.validation !== undefined)
    return coded(constraintViolation(violationsOf(error.validation)))
  return error instanceof Problem && error.status === 400 && error.code === null ? coded(error) : error
}

function coded({ message, title, violations }: Problem): Problem {
  return new Problem(400, message, { title, violations, code: refusalCodes.parameter })
}
