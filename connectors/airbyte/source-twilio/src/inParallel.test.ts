import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inParallel } from './inParallel.ts'

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

test('every result comes once, those of one task in their order', async () => {
  const counts = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(counts, fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (sizes, workers, scheduler) => {
      const results: [number, number][] = []
      const run = (async () => {
        const parallel = inParallel<number, [number, number]>({
          tasks: each([...sizes.keys()]),
          workers,
          work: async (task, give) => {
            for (let index = 0; index < (sizes[task] ?? 0); index++) {
              await scheduler.schedule(Promise.resolve())
              await give([task, index])
            }
          },
        })
        for await (const result of parallel) results.push(result)
      })()
      await scheduler.waitFor(run)
      for (const [task, size] of sizes.entries()) {
        const own = results.filter(([owner]) => owner === task).map(([, index]) => index)
        assert.deepEqual(own, [...Array(size).keys()])
      }
    }),
    { numRuns: 50 },
  )
})

test('a worker makes no more than one result that nobody has taken', async () => {
  let made = 0
  const results = inParallel<number, number>({
    tasks: each([1, 2]),
    workers: 2,
    work: async (_, give) => {
      for (let index = 0; index < 10; index++) await give(++made)
    },
  })
  await results.next()
  await new Promise(setImmediate)
  assert.ok(made <= 4, `${made} results were made while one was taken`)
  await results.return(undefined)
  await new Promise(setImmediate)
  assert.ok(made <= 6)
})

test('what was ready when a task failed is still yielded, then the error thrown', async () => {
  const results: number[] = []
  const failing = inParallel<number, number>({
    tasks: each([1, 2, 3]),
    workers: 1,
    work: async (task, give) => {
      if (task === 2) throw new Error('broken')
      await give(task)
    },
  })
  await assert.rejects(async () => {
    for await (const result of failing) results.push(result)
  }, /broken/)
  assert.deepEqual(results, [1])
})
