import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describeRoute } from '../describeRoute.ts'
import { textParameter } from '../numberParameter.ts'
import type { BusinessNumber } from './businessNumbers.ts'
import { GraphError, unknownObject } from './graphError.ts'
import type { WhatsAppCloud } from './whatsAppCloud.ts'

/** Files: a business uploads them, and gets those that people sent, by a link that soon ends. */
export function mediaRoutes(
  app: FastifyInstance,
  { cloud, businessOf }: { cloud: WhatsAppCloud; businessOf: (request: FastifyRequest) => BusinessNumber },
): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_BYTES_MAX },
    (_request, body, done) => done(null, body),
  )

  app.post('/:version/:id/media', { schema: describeRoute('Upload a file', [200]) }, async (request) => {
    businessOf(request)
    const { contentType, bytes } = await readUpload(request)
    return { id: cloud.media.keep({ contentType, bytes }).id }
  })

  app.get(
    '/:version/:id',
    { schema: describeRoute('Show a business number, or get the link of a file', [200]) },
    (request) => {
      const media = cloud.media.find(textParameter(request.params, 'id'))
      if (media === undefined) {
        const { phoneNumberId, number } = businessOf(request)
        return { id: phoneNumberId, display_phone_number: number, verified_name: 'Simulator', quality_rating: 'GREEN' }
      }
      const { id, contentType, bytes, sha256 } = media
      const url = `${request.protocol}://${request.host}${app.prefix}/attachments?${cloud.media.linkQuery(id, cloud.clock.now())}`
      return { messaging_product: 'whatsapp', url, mime_type: contentType, sha256, file_size: bytes.length, id }
    },
  )

  app.delete('/:version/:id', { schema: describeRoute('Delete a file', [200]) }, (request) => {
    const id = textParameter(request.params, 'id')
    if (!cloud.media.delete(id)) throw unknownObject(id)
    return { success: true }
  })

  app.get('/attachments', { schema: describeRoute('Download a file by its link', [200, 404]) }, ({ query }, reply) => {
    const link = {
      mid: textParameter(query, 'mid'),
      ext: textParameter(query, 'ext'),
      hash: textParameter(query, 'hash'),
    }
    const media = cloud.media.follow(link, cloud.clock.now())
    if (media === undefined) return reply.code(404).type('text/plain').send('Not Found')
    // Whatever a person has sent is never shown as a page of this host.
    return reply.type(media.contentType).header('content-disposition', 'attachment').send(media.bytes)
  })
}

async function readUpload({ body, headers }: FastifyRequest): Promise<{ contentType: string; bytes: Buffer }> {
  const form = await readForm(body, headers['content-type'])
  if (form?.get('messaging_product') !== 'whatsapp') {
    throw new GraphError(100, { title: 'The parameter messaging_product is required.' })
  }
  const file = form.get('file')
  if (!(file instanceof File)) throw new GraphError(100, { title: 'The parameter file is required.' })
  const type = form.get('type')
  const contentType = typeof type === 'string' ? type : file.type
  if (!UPLOAD_TYPES.test(contentType)) {
    throw new GraphError(100, { title: `Param file must be a file of a supported type, not '${contentType}'.` })
  }
  return { contentType, bytes: Buffer.from(await file.arrayBuffer()) }
}

/** Null: it is none. */
async function readForm(body: unknown, contentType: string | undefined): Promise<FormData | null> {
  if (!Buffer.isBuffer(body) || contentType === undefined) return null
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  } catch {
    return null
  }
}

const UPLOAD_TYPES =
  /^(image\/(jpeg|png|webp)|audio\/(aac|amr|mp4|mpeg|ogg(;.*)?)|video\/(mp4|3gpp)|text\/plain|application\/(pdf|msword|vnd\.(ms-excel|ms-powerpoint|openxmlformats-officedocument\..+)))$/
const UPLOAD_BYTES_MAX = 32 * 1_024 * 1_024
