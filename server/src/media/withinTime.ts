import type { Clock } from '../clock.ts'

/** What the work comes to, or `late` where it takes longer than `timeoutMs`; it is not stopped by that. */
export async function withinTime<T>(
  work: Promise<T>,
  { clock, timeoutMs, late }: { readonly clock: Clock; readonly timeoutMs: number; readonly late: T },
): Promise<T> {
  let cancel = () => {}
  const over = new Promise<T>((resolve) => {
    cancel = clock.after(timeoutMs, () => resolve(late))
  })
  return Promise.race([work, over]).finally(() => cancel())
}
