import { randomUUID } from 'node:crypto'
import { pipeline, Transform } from 'node:stream'
import type { RequestBody } from '../http/apiClient.ts'
import type { OwnFile } from './media.ts'

/**
 * The body of `POST /{phone-number-id}/media` (RFC 7578), streamed. It fails rather than send more or less than the size
 * that the file was said to have.
 */
export function uploadBody(file: OwnFile): RequestBody {
  const boundary = randomUUID()
  const type = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(file.contentType) ? file.contentType : 'application/octet-stream'
  const head = Buffer.from(
    fieldPart(boundary, 'messaging_product', 'whatsapp') +
      fieldPart(boundary, 'type', type) +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${nameOf(file)}"\r\n` +
      `Content-Type: ${type}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + file.size + tail.length,
    stream: framed(head, file, tail),
  }
}

/** The file's own stream ends with it, whichever of them is destroyed. */
function framed(head: Buffer, file: OwnFile, tail: Buffer): Transform {
  const wrongSize = () => new Error('the file has not the size that it was said to have')
  let left = file.size
  const frame = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length
      if (left < 0) done(wrongSize())
      else done(null, chunk)
    },
    flush(done) {
      if (left > 0) done(wrongSize())
      else done(null, tail)
    },
  })
  frame.push(head)
  // Whoever reads the frame is told of errors there.
  pipeline(file.stream, frame, () => {})
  return frame
}

function fieldPart(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

/** The name that people see is in the message; here it must only be harmless. */
function nameOf({ fileName }: OwnFile): string {
  return (fileName ?? 'file').replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100)
}
