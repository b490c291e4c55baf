import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, answerOf } from './answer.ts'
import { catalogue } from './catalogue.ts'
import type { Fault, Faults } from './faults.ts'
import type { RequestLog } from './requestLog.ts'
import { makeMatcher, splitHost } from './route.ts'
import { TwilioError } from './twilioError.ts'
import type { World } from './world.ts'

export interface ListenerParts {
  readonly world: World
  readonly faults: Faults
  readonly log: RequestLog
  readonly pageSizeLimit: number
  readonly latencyMs: number
  readonly concurrentMax: number
}

/** Answers requests as Twilio does, or as the faults want it. */
export function requestListener(parts: ListenerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const { world, faults, log, pageSizeLimit, latencyMs, concurrentMax } = parts
  const match = makeMatcher(catalogue)
  let concurrent = 0

  return (request, response) => {
    concurrent += 1
    response.once('close', () => {
      concurrent -= 1
    })
    const { method = 'GET', url = '/' } = request
    const at = url.indexOf('?')
    const pathname = at < 0 ? url : url.slice(0, at)
    const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
    const asked = splitHost(pathname)
    const path = asked?.path ?? pathname
    const found = asked === null ? null : match(asked)
    const resource = found?.resource.name ?? null
    const address = at < 0 ? path : `${path}${url.slice(at)}`
    const { authorization } = request.headers

    const fault = faults.take({ resource, address })
    const delayMs = latencyMs + (fault?.kind === 'delay' ? fault.delayMs : 0)
    const concurrentNow = concurrent
    if (delayMs > 0) world.clock.after(delayMs, finish)
    else finish()

    function finish(): void {
      const answer = decide()
      const dropped = fault?.kind === 'drop'
      log.add({
        at: world.clock.now(),
        method,
        host: asked?.host ?? null,
        path,
        query: Object.fromEntries(query),
        resource,
        user: userOf(authorization),
        status: dropped ? 0 : answer.status,
      })
      response.setHeader('date', new Date(world.clock.now()).toUTCString())
      if (dropped) drop(response, answer, fault.afterBytes)
      else send(response, answer, concurrentNow)
    }

    function decide(): Answer {
      if (concurrentNow > concurrentMax) return answerOf(tooManyRequests())
      if (fault !== null && fault.kind !== 'delay' && fault.kind !== 'drop') return faulty(fault)
      if (method !== 'GET') return answerOf(new TwilioError(405, 20004, 'Method not allowed'))
      return answerOf({ world, match: found, path, query, authorization, pageSizeLimit })
    }
  }
}

function tooManyRequests(): TwilioError {
  return new TwilioError(429, 20429, 'Too Many Requests')
}

function faulty(fault: Exclude<Fault, { kind: 'delay' | 'drop' }>): Answer {
  switch (fault.kind) {
    case 'too many requests':
      return { ...answerOf(tooManyRequests()), retryAfter: fault.retryAfter ?? null }
    case 'error': {
      const { status, code, message = 'An error occurred', retryAfter = null } = fault
      return { ...answerOf(new TwilioError(status, code, message)), retryAfter }
    }
    case 'body':
      return { status: fault.status, contentType: fault.contentType, body: Buffer.from(fault.text), retryAfter: null }
  }
}

function headersOf(answer: Answer): Record<string, string | number> {
  return {
    'content-type': answer.contentType,
    'content-length': answer.body.length,
    ...(answer.retryAfter === null ? {} : { 'retry-after': answer.retryAfter }),
  }
}

function send(response: ServerResponse, answer: Answer, concurrent: number): void {
  response.writeHead(answer.status, { ...headersOf(answer), 'twilio-concurrent-requests': concurrent })
  response.end(answer.body)
}

function drop(response: ServerResponse, answer: Answer, afterBytes: number): void {
  if (afterBytes === 0) {
    response.destroy()
    return
  }
  response.writeHead(answer.status, headersOf(answer))
  // Closed once the bytes are out, so that the other side gets to see them.
  response.write(answer.body.subarray(0, afterBytes), () => response.destroy())
}

function userOf(authorization: string | undefined): string {
  const credentials = Buffer.from(authorization?.replace(/^basic +/i, '') ?? '', 'base64').toString('utf8')
  return credentials.split(':')[0] ?? ''
}
