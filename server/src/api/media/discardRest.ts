import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../clock.ts'
import { withinTime } from '../../media/withinTime.ts'

/**
 * Reads on and throws away while the answer is on its way: a connection that is closed under a caller who is still
 * sending takes the answer with it. One who does not come to an end soon is cut off all the same.
 */
export async function discardRest(
  request: IncomingMessage,
  pieces: AsyncIterator<Uint8Array>,
  clock: Clock,
): Promise<void> {
  const isRead = await withinTime(readToEnd(pieces), { clock, timeoutMs: DISCARD_MS_MAX, late: false })
  if (!isRead) request.destroy()
}

const DISCARD_MS_MAX = 2_000
const DISCARD_BYTES_MAX = 32 * 1_024 * 1_024

async function readToEnd(pieces: AsyncIterator<Uint8Array>): Promise<boolean> {
  try {
    for (let discarded = 0; discarded < DISCARD_BYTES_MAX; ) {
      const { done, value } = await pieces.next()
      if (done === true) return true
      discarded += value.length
    }
    return false
  } catch {
    // The caller went away: there is nobody to answer.
    return false
  }
}
