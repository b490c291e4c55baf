import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)

test('the source is seen to read every message with a date, and no files are left', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-bench-test-'))
  t.after(() => rm(folder, { recursive: true }))
  const words = ['--records', '3000', '--subaccounts', '0,3', '--runs', '1', '--json']
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'airbyte.ts'), ...words], {
    env: { ...process.env, TMPDIR: folder },
  })
  const runs: Record<string, unknown>[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    runs.map(({ subaccounts, missing }) => ({ subaccounts, missing })),
    [
      { subaccounts: 0, missing: 0 },
      { subaccounts: 3, missing: 0 },
    ],
  )
  for (const { records, cpuMicroseconds, peakMegabytes } of runs) {
    assert.ok(Number(records) > 2_800 && Number(records) <= 3_000)
    assert.ok(Number(cpuMicroseconds) > 0)
    assert.ok(Number(peakMegabytes) > 0)
  }
  assert.deepEqual(await readdir(folder), [])
})
