import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Problem } from './problem.ts'
import type { ErrorStyle } from './server.ts'

/** Errors below `prefix` as `{code, message, timestamp}` (epoch ms), the older of the vendor's two forms. */
export function errorResponseStyle(prefix: string, clock: Clock): ErrorStyle {
  return styleOf(prefix, (problem) => ({ code: codeOf(problem), message: problem.message, timestamp: clock.now() }))
}

/** The same with an `id` of each error, by which a customer can ask about it: `{code, id, message, timestamp}`. */
export function identifiedErrorResponseStyle(prefix: string, clock: Clock): ErrorStyle {
  return styleOf(prefix, (problem) => ({
    code: codeOf(problem),
    id: randomUUID(),
    message: problem.message,
    timestamp: clock.now(),
  }))
}

function styleOf(prefix: string, bodyOf: (problem: Problem) => object): ErrorStyle {
  return {
    prefix,
    send(reply, problem) {
      for (const [name, value] of Object.entries(problem.headers)) reply.header(name, value)
      reply
        .code(problem.status)
        .header('content-type', 'application/json; charset=utf-8')
        .send(JSON.stringify(bodyOf(problem)))
    },
  }
}

/** 'Content Too Large' → 'ContentTooLarge', where a problem has no code of its own. */
function codeOf({ code, title }: Problem): string {
  return code ?? title.replaceAll(/(?:^|[^a-z]+)([a-z])/gi, (_match, letter: string) => letter.toUpperCase())
}
