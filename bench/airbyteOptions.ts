import { parseArgs } from 'node:util'

export interface AirbyteOptions {
  readonly messages: number
  readonly subaccounts: readonly number[]
  readonly workers: readonly number[]
  readonly runs: number
  readonly profileFolder: string | null // null: no profiles
  readonly json: boolean
}

export const AIRBYTE_USAGE = `Usage: node bench/airbyte.ts [OPTIONS]

  --records N          messages at the fake Twilio (default: 1000000)
  --subaccounts LIST   how many share them; 0: the main account has them (default: 0,50)
  --workers LIST       num_workers of the source (default: 3)
  --runs N             measured runs of each (default: 3)
  --profile FOLDER     write CPU profiles of the source, which slows it down
  --json               a JSON line for every run instead of the table
`

/** Null: help was asked for. Throws an error whose message says what is wrong. */
export function readAirbyteOptions(words: readonly string[]): AirbyteOptions | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      records: { type: 'string', default: '1000000' },
      subaccounts: { type: 'string', default: '0,50' },
      workers: { type: 'string', default: '3' },
      runs: { type: 'string', default: '3' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    messages: count('--records', values.records),
    subaccounts: values.subaccounts.split(',').map((text) => (text === '0' ? 0 : count('--subaccounts', text))),
    workers: values.workers.split(',').map((text) => count('--workers', text)),
    runs: count('--runs', values.runs),
    profileFolder: values.profile ?? null,
    json: values.json,
  }
}

function count(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= COUNT_MAX) return value
  throw new RangeError(`${flag} must be a number from 1 to ${COUNT_MAX}, not "${text}"`)
}

const COUNT_MAX = 100_000_000
