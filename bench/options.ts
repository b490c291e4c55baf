import { parseArgs } from 'node:util'
import { MESSAGES_MAX } from './benchMessage.ts'
import { SCENARIOS, type ScenarioName } from './scenario.ts'

export const STORES = ['sqlite', 'postgres'] as const
export type StoreName = (typeof STORES)[number]

export interface BenchOptions {
  readonly stores: readonly StoreName[]
  readonly scenarios: readonly ScenarioName[]
  readonly runs: number
  readonly messages: number
  readonly warmUpMessages: number
  readonly connections: number
  readonly json: boolean
}

export const USAGE = `Usage: npm run bench -- [OPTIONS]

  --store NAME         ${anyOf(STORES)}; may be repeated (default: both)
  --scenario NAME      ${anyOf(SCENARIOS)}; may be
                       repeated (default: all)
  --runs N             measured runs of each (default: 3)
  --messages N         messages, OTPs or checks a run (default: 20000)
  --warm-up N          messages of the run that is thrown away (default: 10000)
  --connections N      open HTTP connections, one request at a time on each (default: 64)
  --json               a JSON line for every run instead of the table
`

/** Null: help was asked for. Throws an error whose message says what is wrong. */
export function readOptions(words: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      store: { type: 'string', multiple: true, default: [...STORES] },
      scenario: { type: 'string', multiple: true, default: [...SCENARIOS] },
      runs: { type: 'string', default: '3' },
      messages: { type: 'string', default: '20000' },
      'warm-up': { type: 'string', default: '10000' },
      connections: { type: 'string', default: '64' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    stores: values.store.map((name) => oneOf('--store', STORES, name)),
    scenarios: values.scenario.map((name) => oneOf('--scenario', SCENARIOS, name)),
    runs: count('--runs', values.runs, RUNS_MAX),
    messages: count('--messages', values.messages, MESSAGES_MAX),
    warmUpMessages: count('--warm-up', values['warm-up'], MESSAGES_MAX),
    connections: count('--connections', values.connections, CONNECTIONS_MAX),
    json: values.json,
  }
}

const RUNS_MAX = 1_000
const CONNECTIONS_MAX = 1_000

function oneOf<Name extends string>(flag: string, names: readonly Name[], text: string): Name {
  const name = names.find((each) => each === text)
  if (name === undefined) throw new RangeError(`${flag} must be ${anyOf(names)}, not "${text}"`)
  return name
}

function count(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  throw new RangeError(`${flag} must be a number from 1 to ${max}, not "${text}"`)
}

function anyOf(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names)
}
