import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleSource } from './exampleSource.ts'
import { recordLines } from './recordLines.ts'
import { catalogOf, runForTest } from './runForTest.ts'
import type { Source, StreamMessage } from './source.ts'
import { steppingClock } from './steppingClock.ts'

const pages = [
  [{ number: 1, text: 'Grüße' }, { number: 2 }],
  [],
  Array.from({ length: 500 }, (_, number) => ({ number, text: '👋'.repeat(300) })),
]

test('records made ready as lines read as the same records one by one: statuses, order and counts', async () => {
  const clock = steppingClock()
  const asRecords = await output((page) => ({ kind: 'records', data: page }))
  const asLines = await output((page) => ({ kind: 'record lines', lines: recordLines('paged', page, clock.now()) }))
  assert.equal(asLines, asRecords)

  async function output(message: (page: readonly object[]) => StreamMessage): Promise<string> {
    const config = { key: 'sesame-key', count: 1 }
    const { text } = await runForTest(
      paged(message),
      'read',
      { config, catalog: catalogOf({ paged: 'incremental' }) },
      { clock },
    )
    return text
  }
})

function paged(message: (page: readonly object[]) => StreamMessage): Source<unknown> {
  return {
    ...exampleSource,
    readConfig: (json) => json,
    check: async () => {},
    httpLimits: () => ({}),
    streams: () => [
      {
        name: 'paged',
        jsonSchema: {},
        primaryKey: [],
        cursorField: 'number',
        isResumable: true,
        async *read() {
          for (const [number, page] of pages.entries()) {
            yield message(page)
            yield { kind: 'state', state: { number } }
          }
        },
      },
    ],
  }
}
