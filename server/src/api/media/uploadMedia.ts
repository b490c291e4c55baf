import type { FastifyInstance } from 'fastify'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { constraintViolation, Problem, unavailable } from '../../http/problem.ts'
import type { Kept } from '../../media/media.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX } from '../conversations/endpoint.ts'
import { BODY_PROBLEMS, ProblemSchema, problems } from '../problems.ts'
import { discardRest } from './discardRest.ts'
import type { MediaDependencies } from './mediaRoutes.ts'
import { UploadAnswer, UploadQuery } from './schema.ts'

/** POST /conversations/v3/media: the body is the file. In a scope of its own, where bodies are not read into memory. */
export function uploadRoute(app: FastifyInstance, dependencies: MediaDependencies): void {
  const { media, clock, baseUrl } = dependencies
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => done(null, body))
  app.post<{ Querystring: UploadQuery; Body?: AsyncIterable<Uint8Array> }>(`${CONVERSATIONS_PREFIX}/media`, {
    onRequest: authenticate(dependencies, 'chat'),
    preValidation: canonicalQuery(Object.keys(UploadQuery.properties)),
    schema: {
      ...CONVERSATIONS,
      summary: 'Upload media',
      description: 'The body is the file itself, of a content type that fits it or application/octet-stream.',
      querystring: UploadQuery,
      response: { 200: UploadAnswer, ...problems(...BODY_PROBLEMS), ...TOO_SLOW },
    },
    handler: async (request): Promise<UploadAnswer> => {
      const { accountId } = principalOf(request)
      const { validity, filename } = request.query
      const { 'content-type': declaredType, 'content-length': length } = request.headers
      const pieces = (request.body ?? NO_BODY)[Symbol.asyncIterator]()
      const keeping = media.keep({
        accountId,
        declaredType: declaredType ?? null,
        announcedBytes: length === undefined ? null : Number(length),
        fileName: filename ?? null,
        validityMs: validity * MINUTE_MS,
        // Not the stream itself: its connection has to stay open for the answer.
        bytes: { [Symbol.asyncIterator]: () => pieces },
      })
      const kept = await keeping.finally(() => void discardRest(request.raw, pieces, clock))
      if (kept.kind !== 'kept') throw problemOf(kept)
      const { bytes, quotaBytes } = await media.usage(accountId)
      const mediaId = kept.media.id
      return { mediaId, url: `${baseUrl()}${CONVERSATIONS_PREFIX}/media/${mediaId}`, quota: quotaBytes, usage: bytes }
    },
  })
}

const MINUTE_MS = 60_000
const NO_BODY = { async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {} }
const TOO_SLOW = { 408: { description: 'The file did not come to its end in time', ...ProblemSchema } }

function problemOf(failed: Exclude<Kept, { kind: 'kept' }>): Problem {
  switch (failed.kind) {
    case 'wrong type':
      return new Problem(415, failed.reason)
    case 'empty':
      return constraintViolation([{ field: 'body', message: 'must not be empty' }])
    case 'too large':
      return new Problem(413, `the file is larger than ${failed.bytesMax} bytes`)
    case 'over quota':
      return new Problem(
        413,
        `the uploads of this account would be more than ${failed.quotaBytes} bytes or ${failed.filesMax} files; ` +
          'delete some, or wait until some are over',
        { title: 'Quota Exceeded' },
      )
    case 'too slow':
      return new Problem(408, 'the file did not come to its end in time')
    case 'cut off':
      return new Problem(400, 'the body ended before its end')
    case 'busy':
      return failed.whose === 'account'
        ? new Problem(429, 'too many uploads of this account are under way', { headers: { 'retry-after': '1' } })
        : unavailable('too many uploads are under way; try again')
    default:
      return failed satisfies never
  }
}
