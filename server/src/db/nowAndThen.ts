import type { Clock } from '../clock.ts'

/**
 * For rounds that come more often than something is to be done: does it at the first call and then once in `everyMs`.
 * @param act resolves with whether that was all; what is left is for the next call.
 */
export function nowAndThen(clock: Clock, everyMs: number, act: () => Promise<boolean>): () => Promise<void> {
  let dueAt = 0
  return async () => {
    const now = clock.now()
    if (now < dueAt) return
    dueAt = now + everyMs
    if (!(await act())) dueAt = now
  }
}
