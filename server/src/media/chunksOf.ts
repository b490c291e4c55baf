import type { Clock } from '../clock.ts'
import { CHUNK_BYTES } from './mediaFiles.ts'

/** Why bytes did not come to their end. */
export type Stopped = { readonly kind: 'too large' | 'too slow' | 'cut off' }

/**
 * Gathers bytes into chunks of CHUNK_BYTES, of which the last may be smaller, or ends with the reason why there are no
 * more. A chunk is the reader's until it asks for the next one: all are made in the same memory. Does not close `bytes`.
 */
export async function* chunksOf(
  bytes: AsyncIterable<Uint8Array>,
  { clock, bytesMax }: { readonly clock: Clock; readonly bytesMax: number },
): AsyncGenerator<Buffer | Stopped, void, undefined> {
  const pieces = bytes[Symbol.asyncIterator]()
  const overAt = clock.now() + ARRIVAL_MS_MAX
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let filled = 0
  let size = 0
  while (true) {
    const piece = await nextPiece(pieces, clock, Math.min(PIECE_MS_MAX, overAt - clock.now()))
    if (piece === 'end') break
    if (!(piece instanceof Uint8Array)) return yield piece
    size += piece.length
    if (size > bytesMax) return yield { kind: 'too large' }
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + CHUNK_BYTES - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled === CHUNK_BYTES) {
        yield chunk
        filled = 0
      }
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}

/** Between two pieces, and for all of them. */
const PIECE_MS_MAX = 15_000
const ARRIVAL_MS_MAX = 5 * 60_000

function nextPiece(
  pieces: AsyncIterator<Uint8Array>,
  clock: Clock,
  timeoutMs: number,
): Promise<Uint8Array | 'end' | Stopped> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.max(0, timeoutMs), () => resolve({ kind: 'too slow' }))
    const settle = (answer: Uint8Array | 'end' | Stopped) => {
      cancel()
      resolve(answer)
    }
    pieces.next().then(
      ({ done, value }) => settle(done === true ? 'end' : value),
      // Whatever ends bytes early, a peer that went away or a limit of its own, the file is not whole.
      () => settle({ kind: 'cut off' }),
    )
  })
}
