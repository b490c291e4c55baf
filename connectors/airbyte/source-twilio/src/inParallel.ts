export interface ParallelWork<Task, Result> {
  readonly tasks: AsyncIterable<Task>
  /** Tasks worked on at once. */
  readonly workers: number
  /** Hands out results as they come; `give` resolves when the last one was taken. */
  readonly work: (task: Task, give: (result: Result) => Promise<void>) => Promise<void>
}

/**
 * Works on tasks in parallel and yields their results, those of one task in their order. Each worker holds one result
 * at most that nobody has taken, so memory does not grow while the reader is slow. When a task fails, what was ready is
 * still yielded and then its error thrown; when the reader leaves, the workers stop at their next result.
 */
export async function* inParallel<Task, Result>(parallel: ParallelWork<Task, Result>): AsyncGenerator<Result> {
  const run: Run<Result> = { ready: [], failure: null, isLeft: false, workersLeft: parallel.workers, wake: () => {} }
  const tasks = parallel.tasks[Symbol.asyncIterator]()
  for (let count = 0; count < parallel.workers; count++) void runWorker(parallel, tasks, run)
  try {
    while (true) {
      const entry = run.ready.shift()
      if (entry !== undefined) {
        entry.taken()
        yield entry.result
      } else if (run.failure !== null) {
        throw run.failure.error
      } else if (run.workersLeft === 0) {
        return
      } else {
        await new Promise<void>((resolve) => {
          run.wake = resolve
        })
      }
    }
  } finally {
    run.isLeft = true
    for (const { taken } of run.ready.splice(0)) taken()
  }
}

interface Run<Result> {
  readonly ready: { readonly result: Result; readonly taken: () => void }[]
  /** The first one; null: all is well. */
  failure: { readonly error: unknown } | null
  /** The reader wants no more. */
  isLeft: boolean
  workersLeft: number
  wake: () => void
}

async function runWorker<Task, Result>(
  { work }: ParallelWork<Task, Result>,
  tasks: AsyncIterator<Task>,
  run: Run<Result>,
): Promise<void> {
  const give = (result: Result) =>
    new Promise<void>((resolve, reject) => {
      if (run.isLeft || run.failure !== null) return reject(new ReaderLeft())
      run.ready.push({ result, taken: resolve })
      run.wake()
    })
  try {
    while (!run.isLeft && run.failure === null) {
      const { value, done } = await tasks.next()
      if (done === true) break
      await work(value, give)
    }
  } catch (error) {
    if (!(error instanceof ReaderLeft)) run.failure ??= { error }
  }
  run.workersLeft -= 1
  run.wake()
}

/** Tells a worker that its results are no longer wanted. */
class ReaderLeft extends Error {}
