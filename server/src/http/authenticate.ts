import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Keyring, Principal } from '../accounts/keyring.ts'
import type { Scope } from '../accounts/scopes.ts'
import { Problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticate`; read it by `principalOf`. */
    principal: Principal | null
  }
}

/**
 * Lets a request pass that carries a key with the scope in the header `apikey`: no key 401, a wrong one or one without
 * the scope 403, too many requests 429. Synchronous for keys seen a moment ago, because it runs for every message.
 * A key in the query is accepted only where the vendor does, since URLs end up in the logs of proxies and in histories.
 */
export function authenticate(
  { keyring, rateLimit }: AuthenticateDependencies,
  scope: Scope,
  keyPlace: 'header' | 'header or query' = 'header',
): onRequestHookHandler {
  return (request, reply, done) => {
    const key = keyInHeader(request) ?? (keyPlace === 'header' ? null : keyInQuery(request))
    if (key === null) {
      done(new Problem(401, 'No API key found in request: send it in the header "apikey"'))
      return
    }
    const found = keyring.find(key)
    if (found instanceof Promise) {
      found.then((principal) => done(admit(request, reply, principal)), done)
    } else {
      done(admit(request, reply, found))
    }
  }

  function admit(request: FastifyRequest, reply: FastifyReply, found: Principal | 'unknown'): Problem | undefined {
    if (found === 'unknown') return new Problem(403, 'this API key is not valid')
    if (!found.scopes.has(scope) && !found.scopes.has('admin'))
      return new Problem(403, `this API key does not have the scope "${scope}"`)
    request.principal = found
    return rateLimit(found, reply)
  }
}

function keyInHeader(request: FastifyRequest): string | null {
  const key = request.headers.apikey
  return typeof key === 'string' && key !== '' ? key : null
}

/** `apiKey` in any case, like every query parameter. One that is given twice is none. */
function keyInQuery(request: FastifyRequest): string | null {
  const keys = Object.entries(request.query ?? {}).filter(([name]) => name.toLowerCase() === 'apikey')
  const [[, key] = []] = keys
  return keys.length === 1 && typeof key === 'string' && key !== '' ? key : null
}

export interface AuthenticateDependencies {
  readonly keyring: Keyring
  /** The problem, when the key has used up its requests. */
  readonly rateLimit: (principal: Principal, reply: FastifyReply) => Problem | undefined
}

/** Who is asking. Only in routes behind `authenticate`. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error(`${request.routeOptions.url} is not behind authenticate`)
  return request.principal
}
