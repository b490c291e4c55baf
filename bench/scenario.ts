import { setTimeout as delay } from 'node:timers/promises'
import type { ArrivalSummary } from './arrivals.ts'
import type { Latency } from './histogram.ts'
import type { LoadOrder } from './load.ts'
import type { Rig } from './rig.ts'
import type { LoadResult } from './sendRequests.ts'

/** What is done in each, see README.md. */
export const SCENARIOS = ['accept', 'receipts', 'otp-send', 'otp-check', 'otp-wrong'] as const
export type ScenarioName = (typeof SCENARIOS)[number]

export interface RunOptions {
  readonly scenario: ScenarioName
  /** Tells its messages from those of other runs: 0 to 9999. */
  readonly run: number
  readonly messages: number
  readonly connections: number
}

/** What one run showed. "End" is what the scenario says. */
export interface RunResult {
  readonly accepted: number
  readonly refused: Readonly<Record<string, number>> // by HTTP status
  readonly acceptedPerSecond: number
  /** Accepted messages by the time from the first request to the last arrival. */
  readonly endToEndPerSecond: number
  readonly acceptMs: Latency
  readonly endToEndMs: Latency
  /** Accepted, but never seen at the end. */
  readonly missing: number
  readonly duplicates: number
  /** Processor time of the server process for one message. */
  readonly serverMicroseconds: number
  readonly serverMegabytes: number
}

/** Sends one load and waits for all of it to arrive, or until nothing has come for a while. */
export async function runScenario(rig: Rig, options: RunOptions): Promise<RunResult> {
  const plan = PLANS[options.scenario]
  if (plan.before !== null) await runScenario(rig, { ...options, scenario: plan.before })
  const { end } = plan
  const { run, messages, connections } = options
  if (end !== 'answer') await rig[end].ask('begin', { run })
  const before = await rig.server.ask('usage')
  const { apiKey, serverPort: port } = rig
  const callbackPort = end === 'callbackSink' ? rig.callbackPort : null
  const load = await rig.load.ask('send', { load: plan.load, run, port, apiKey, messages, connections, callbackPort })
  const { accepted, refused, acceptMs } = load
  const arrived = end === 'answer' ? answersOf(load) : await untilArrived(() => rig[end].ask('arrivals'), accepted)
  const after = await rig.server.ask('usage')
  return {
    accepted,
    refused,
    acceptedPerSecond: accepted / (load.durationMs / 1000),
    endToEndPerSecond: arrived.distinct === 0 ? 0 : arrived.distinct / ((arrived.lastAt - load.startedAt) / 1000),
    acceptMs,
    endToEndMs: arrived.latencyMs,
    missing: accepted - arrived.distinct,
    duplicates: arrived.duplicates,
    serverMicroseconds: ((after.cpuMs - before.cpuMs) * 1000) / accepted,
    serverMegabytes: after.residentBytes / 1_048_576,
  }
}

/** One is run for what it leaves behind, then the load is sent that is measured. */
interface Plan {
  readonly before: ScenarioName | null // null: an empty store will do
  readonly load: LoadOrder['load']
  /** Where to look for what was sent; 'answer': nothing comes after it. */
  readonly end: 'smsc' | 'callbackSink' | 'answer'
}

const PLANS: Readonly<Record<ScenarioName, Plan>> = {
  accept: { before: null, load: 'sms', end: 'smsc' },
  receipts: { before: null, load: 'sms', end: 'callbackSink' },
  'otp-send': { before: null, load: 'otp', end: 'smsc' },
  'otp-check': { before: 'otp-send', load: 'right check', end: 'answer' },
  'otp-wrong': { before: 'otp-send', load: 'wrong check', end: 'answer' },
}

function answersOf({ accepted, startedAt, durationMs, acceptMs }: LoadResult): ArrivalSummary {
  return { distinct: accepted, duplicates: 0, lastAt: startedAt + durationMs, latencyMs: acceptMs }
}

async function untilArrived(look: () => Promise<ArrivalSummary>, expected: number): Promise<ArrivalSummary> {
  const deadline = performance.now() + ARRIVAL_TIMEOUT_MS
  let seen = await look()
  for (let grewAt = performance.now(); seen.distinct < expected; ) {
    const now = performance.now()
    if (now > deadline || now - grewAt > QUIET_MS_MAX) break
    await delay(ARRIVAL_POLL_MS)
    const next = await look()
    if (next.distinct > seen.distinct) grewAt = performance.now()
    seen = next
  }
  return seen
}

const ARRIVAL_TIMEOUT_MS = 60_000
/** Longer than the pause before a callback's first retry. */
const QUIET_MS_MAX = 15_000
const ARRIVAL_POLL_MS = 100
