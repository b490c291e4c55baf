import { loadavg } from 'node:os'
import { AIRBYTE_USAGE, type AirbyteOptions, readAirbyteOptions } from './airbyteOptions.ts'
import { type AirbyteReadResult, airbyteRead } from './airbyteRead.ts'
import { airbyteLine, airbyteTitle } from './airbyteReport.ts'
import type { TwilioCommands } from './airbyteTwilio.ts'
import { startChild } from './childProcess.ts'

/** How fast the Twilio source reads messages from a fake Twilio: see README.md. Exit code 1: the count was wrong. */
try {
  const options = readAirbyteOptions(process.argv.slice(2))
  if (options === null) process.stdout.write(AIRBYTE_USAGE)
  else await runBench(options)
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function runBench(options: AirbyteOptions): Promise<void> {
  if (!options.json) print(airbyteTitle(options))
  for (const subaccounts of options.subaccounts) await measure(options, subaccounts)
}

/** The fake is warmed up by one run that does not count. The source is not: every sync starts cold. */
async function measure(options: AirbyteOptions, subaccounts: number): Promise<void> {
  const { messages, workers, runs, profileFolder, json } = options
  const child = startChild<TwilioCommands>('airbyteTwilio.ts')
  try {
    const twilio = await child.ask('start', { messages, subaccounts })
    await airbyteRead({ twilio, workers: 1, profileFolder: null })
    for (const workersOfThese of workers) {
      const results: AirbyteReadResult[] = []
      for (let run = 1; run <= runs; run++) {
        const result = await airbyteRead({ twilio, workers: workersOfThese, profileFolder })
        results.push(result)
        if (result.missing !== 0) process.exitCode = 1
        if (json) print(JSON.stringify({ subaccounts, workers: workersOfThese, run, load: loadavg()[0], ...result }))
      }
      if (!json) print(airbyteLine(subaccounts, workersOfThese, results))
    }
  } finally {
    await child.stop()
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
