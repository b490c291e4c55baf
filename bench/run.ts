import type { TestPostgres } from '../server/test/postgres.ts'
import { startBenchPostgres } from './benchPostgres.ts'
import { type BenchOptions, readOptions, type StoreName, USAGE } from './options.ts'
import { environmentOf, resultLine, titleLines } from './report.ts'
import { startRig } from './rig.ts'
import { type RunResult, runScenario, type ScenarioName } from './scenario.ts'

/** `npm run bench`: see README.md of this folder. Exit code 1: something accepted never arrived, or a run failed. */
try {
  const options = readOptions(process.argv.slice(2))
  if (options === null) process.stdout.write(USAGE)
  else await runBench(options)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function runBench(options: BenchOptions): Promise<void> {
  print(options.json ? JSON.stringify({ kind: 'environment', ...environmentOf(options) }) : titleLines(options))
  for (const store of options.stores) {
    const postgres = store === 'postgres' ? await startBenchPostgres() : null
    try {
      for (const scenario of options.scenarios) await measure({ store, scenario, postgres, options })
    } finally {
      await postgres?.stop()
    }
  }
}

interface Measurement {
  readonly store: StoreName
  readonly scenario: ScenarioName
  readonly postgres: TestPostgres | null
  readonly options: BenchOptions
}

/** A fresh server and an empty store for every scenario, warmed up by one run that does not count. */
async function measure({ store, scenario, postgres, options }: Measurement): Promise<void> {
  const { runs, messages, warmUpMessages, connections, json } = options
  const rig = await startRig(postgres === null ? null : await postgres.url('bench'))
  try {
    const results: RunResult[] = []
    await runScenario(rig, { scenario, run: 0, messages: warmUpMessages, connections })
    for (let run = 1; run <= runs; run++) {
      const result = await runScenario(rig, { scenario, run, messages, connections })
      results.push(result)
      if (result.missing > 0) process.exitCode = 1
      if (json) print(JSON.stringify({ kind: 'run', store, scenario, run, ...result }))
    }
    if (!json) print(resultLine(store, scenario, results))
  } finally {
    await rig.stop()
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
