import type { FastifyReply } from 'fastify'
import type { Principal } from '../accounts/keyring.ts'
import type { Clock } from '../clock.ts'
import { TokenBucket } from '../tokenBucket.ts'
import { Problem } from './problem.ts'

/**
 * Holds each key to its account's requests a second, with a second's worth of burst. Keys without a limit cost one
 * comparison. Answers carry RateLimit headers (limit, remaining, reset in seconds); over the limit the answer is 429.
 */
export function createRateLimit(clock: Clock): (principal: Principal, reply: FastifyReply) => Problem | undefined {
  const buckets = new Map<string, TokenBucket>()
  return (principal, reply) => {
    const { requestsPerSecond, keyId } = principal
    if (requestsPerSecond === null) return undefined
    let bucket = buckets.get(keyId)
    if (bucket === undefined) {
      bucket = new TokenBucket(clock, { ratePerSecond: requestsPerSecond, burstTokensMax: requestsPerSecond })
      buckets.set(keyId, bucket)
    }
    const taken = bucket.take()
    const resetSeconds = Math.ceil(bucket.msUntil(requestsPerSecond) / 1000)
    reply.header('ratelimit-limit', requestsPerSecond)
    reply.header('ratelimit-remaining', bucket.available())
    reply.header('ratelimit-reset', resetSeconds)
    if (taken) return undefined
    return new Problem(429, `more than ${requestsPerSecond} requests a second with this key`, {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(bucket.msUntil() / 1000))) },
    })
  }
}
