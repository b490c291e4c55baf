import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound, unavailable } from '../../http/problem.ts'
import { attachmentHeader } from '../../media/fileName.ts'
import type { Media, MediaStore } from '../../media/media.ts'
import { extensionOf } from '../../media/mediaTypes.ts'

/**
 * Answers with a file, as it is read. What people send may be made to attack who looks at it, so a browser is told to
 * save it, to believe the type, and to run nothing of it.
 */
export async function sendMedia(
  media: MediaStore,
  { accountId, id, request, reply }: { accountId: string; id: string; request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const opened = await media.openOrFetch(accountId, id)
  if (opened === null) throw notFound('media')
  if (opened === 'not yet') throw unavailable('the file is not here yet; try again', FETCH_SECONDS)
  reply.headers({
    'content-type': opened.contentType.startsWith('text/')
      ? `${opened.contentType}; charset=utf-8`
      : opened.contentType,
    'content-length': String(opened.size),
    'content-disposition': attachmentHeader(shownName(opened)),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private, no-store',
  })
  if (request.method !== 'HEAD') return reply.send(opened.stream)
  opened.stream.destroy()
  return reply.send(Readable.from([]))
}

/** As long as a carrier is left alone after a failure. */
const FETCH_SECONDS = 5

/** Its name, or else one that says what it is. */
export function shownName({ id, fileName, contentType }: Media): string {
  return fileName ?? `${id}.${extensionOf(contentType)}`
}
