import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** @returns the body, unpacked. @throws BodyTooLarge, or what broke the connection or the packing. */
export async function readBody(response: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > bytesMax) throw new BodyTooLarge(bytesMax)
  }
  const body = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  return response.headers['content-encoding'] === 'gzip' ? unpack(body, bytesMax) : body
}

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'

  constructor(bytesMax: number) {
    super(`answered with more than ${bytesMax} bytes`)
  }
}

const gunzipBytes = promisify(gunzip)

async function unpack(body: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await gunzipBytes(body, { maxOutputLength: bytesMax })
  } catch (error) {
    const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooLarge ? new BodyTooLarge(bytesMax) : error
  }
}
