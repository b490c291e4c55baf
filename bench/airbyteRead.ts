import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AirbyteLines } from './airbyteLines.ts'
import type { TwilioToRead } from './airbyteTwilio.ts'
import type { ProcessUsage } from './airbyteUsage.ts'

export interface AirbyteRead {
  readonly twilio: TwilioToRead
  readonly workers: number
  /** Where Node leaves a CPU profile of the source; null: none is made. */
  readonly profileFolder: string | null
}

export interface AirbyteReadResult {
  readonly records: number
  readonly states: number
  readonly stateBytesMax: number
  /** From the start of the process to the end of its output. */
  readonly perSecond: number
  /** From the first record to the end of the output. */
  readonly perSecondFlowing: number
  /** Processor time of the source, all its threads, for one record. */
  readonly cpuMicroseconds: number
  readonly peakMegabytes: number
  readonly missing: number
}

/** Runs one first sync of the stream `messages` in a process of its own and counts what it writes. */
export async function airbyteRead({ twilio, workers, profileFolder }: AirbyteRead): Promise<AirbyteReadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-bench-airbyte-'))
  try {
    const config = join(folder, 'config.json')
    const catalog = join(folder, 'catalog.json')
    const usage = join(folder, 'usage.json')
    const env = { ...process.env, ...imageEnvironment(folder), BENCH_USAGE_FILE: usage }
    await promisify(execFile)(process.execPath, [...MEASURED_SOURCE, 'spec'], { env })
    await writeFile(config, JSON.stringify(configOf(twilio, workers)))
    await writeFile(catalog, JSON.stringify(CATALOG))
    const startedAt = performance.now()
    const source = spawn(
      process.execPath,
      [
        ...(profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]),
        ...[...MEASURED_SOURCE, 'read', '--config', config, '--catalog', catalog],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env },
    )
    const deadline = setTimeout(() => source.kill('SIGKILL'), READ_TIMEOUT_MS)
    try {
      const lines = new AirbyteLines()
      source.stdout.on('data', (bytes: Buffer) => lines.add(bytes))
      const [code, signal] = await once(source, 'close')
      const endedAt = performance.now()
      if (code !== 0) throw new Error(`the source ended with ${signal ?? code}`)
      return resultOf({ twilio, lines, usage: JSON.parse(await readFile(usage, 'utf8')), startedAt, endedAt })
    } finally {
      clearTimeout(deadline)
      source.kill('SIGKILL')
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Finished {
  readonly twilio: TwilioToRead
  readonly lines: AirbyteLines
  readonly usage: ProcessUsage
  readonly startedAt: number
  readonly endedAt: number
}

function resultOf({ twilio, lines, usage, startedAt, endedAt }: Finished): AirbyteReadResult {
  const { records, recordsInStates, states, stateBytesMax, firstRecordAt, isWhole } = lines
  if (!isWhole) throw new Error('the output ends within a line')
  if (recordsInStates !== records) throw new Error(`the states count ${recordsInStates} of ${records} records`)
  return {
    records,
    states,
    stateBytesMax,
    perSecond: (records / (endedAt - startedAt)) * 1000,
    perSecondFlowing: (records / (endedAt - (firstRecordAt ?? startedAt))) * 1000,
    cpuMicroseconds: (usage.cpuMs * 1000) / records,
    peakMegabytes: usage.peakBytes / 1_048_576,
    missing: twilio.sentMessages - records,
  }
}

function configOf({ url, accountSid, authToken }: TwilioToRead, workers: number) {
  return {
    account_sid: accountSid,
    auth_token: authToken,
    start_date: '2020-01-01T00:00:00Z',
    base_url: url,
    num_workers: workers,
  }
}

const CATALOG = {
  streams: [
    {
      stream: { name: 'messages', json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append',
    },
  ],
}

/** As the connector's Dockerfile has it: few arenas, and what a run before this one compiled. */
function imageEnvironment(folder: string) {
  return { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(folder, 'compiled') }
}

const MEASURED_SOURCE = [
  '--import',
  join(import.meta.dirname, 'airbyteUsage.ts'),
  join(import.meta.dirname, '../connectors/airbyte/source-twilio/src/main.ts'),
]
const READ_TIMEOUT_MS = 600_000
