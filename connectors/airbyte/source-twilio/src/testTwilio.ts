import assert from 'node:assert/strict'
import type { Clock } from '@heliograph/airbyte-protocol/clock'
import { createHttpClient } from '@heliograph/airbyte-protocol/httpClient'
import type { Log } from '@heliograph/airbyte-protocol/log'
import type { RecordLines } from '@heliograph/airbyte-protocol/recordLines'
import type { SourceStream, StreamMessage, SyncMode } from '@heliograph/airbyte-protocol/source'
import { steppingClock } from '@heliograph/airbyte-protocol/steppingClock'
import type { FakeRequest } from '@heliograph/simulator/twilio/requestLog'
import { type FakeTwilio, type FakeTwilioOptions, startFakeTwilio } from '@heliograph/simulator/twilio/startFakeTwilio'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import { readConfig, type TwilioConfig } from './config.ts'
import { twilioSource } from './twilioSource.ts'

/** A Twilio to read from, at a moment that does not move, and streams that read it with a real HTTP client. */
export interface TestTwilio extends AsyncDisposable {
  readonly fake: FakeTwilio
  readonly logged: readonly string[]
  config(fields?: TwilioRecord): TwilioConfig
  stream(name: string, fields?: TwilioRecord): SourceStream
  /** Reads a stream, as far as `until` lets it. */
  read(name: string, request?: ReadForTest): Promise<Outcome>
  /** What was asked, account SIDs as A0, A1 and so on, those of others shortened, page tokens left out. */
  asked(): string[]
}

export interface ReadForTest {
  readonly config?: TwilioRecord
  readonly state?: unknown
  readonly syncMode?: SyncMode
  /** The reader leaves after so many records, as if the process were killed. Default: reads to the end. */
  readonly recordsMax?: number
  readonly atMs?: number
  /** Aborts when this many records were read, as SIGTERM does. */
  readonly stopAfterRecords?: number
}

export interface Outcome {
  readonly records: TwilioRecord[]
  readonly states: unknown[]
  /** Null: read to the end. */
  readonly error: unknown
}

export const NOW_MS = Date.UTC(2026, 2, 1, 12, 0, 0)

export async function startTestTwilio(options: FakeTwilioOptions = {}): Promise<TestTwilio> {
  const clock = { now: () => NOW_MS, after: () => () => {} }
  const fake = await startFakeTwilio({ clock, startedAt: new Date(NOW_MS), ...options })
  const [main] = fake.accounts
  const logged: string[] = []
  const keep = (message: string) => void logged.push(message)
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep }
  const json = (fields: TwilioRecord) => ({
    account_sid: main?.sid,
    auth_token: main?.authToken,
    start_date: '2020-01-01T00:00:00Z',
    base_url: fake.url,
    ...fields,
  })

  function stream(name: string, fields: TwilioRecord = {}): SourceStream {
    const found = twilioSource.streams(readConfig(json(fields))).find((one) => one.name === name)
    if (found === undefined) throw new Error(`There is no stream ${name}`)
    return found
  }

  async function read(name: string, request: ReadForTest = {}): Promise<Outcome> {
    const stop = new AbortController()
    const readClock = hastyClock(request.atMs ?? NOW_MS)
    const http = createHttpClient({
      limits: { workers: readConfig(json(request.config ?? {})).workers, retryMsMax: 60_000 },
      clock: readClock,
      signal: stop.signal,
      log,
      proxyEnv: null,
      onRateLimited: () => {},
    })
    const one = stream(name, request.config)
    const messages = one.read(
      {
        state: request.state ?? null,
        syncMode: request.syncMode ?? (one.cursorField === null ? 'full_refresh' : 'incremental'),
      },
      { http, log, clock: readClock, signal: stop.signal, workers: http.workers },
    )
    try {
      return await collect(messages, request, stop)
    } finally {
      http.close()
    }
  }

  return {
    fake,
    logged,
    stream,
    read,
    config: (fields = {}) => readConfig(json(fields)),
    asked: () => {
      const lines = fake.requests().map((request) => line(request, fake))
      return lines.flatMap((text, index) => (text === lines[index - 1] ? [] : [`${text}${times(lines, index)}`]))
    },
    [Symbol.asyncDispose]: () => fake.close(),
  }
}

/** Minutes pass between two looks at it, so that there is a state after every page. The first look is at `startMs`. */
function hastyClock(startMs: number): Clock {
  let looks = 0
  return { ...steppingClock(startMs), now: () => startMs + 60_000 * looks++ }
}

function line({ host, path, query }: FakeRequest, { accounts }: FakeTwilio): string {
  const { PageToken: _, ...shown } = query
  const parameters = Object.entries(shown).map(([name, value]) => `${name}=${value}`)
  const text = [`${host}${path}`, ...parameters].join(' ')
  const numbered = accounts.reduce((masked, { sid }, index) => masked.replaceAll(sid, `A${index}`), text)
  return numbered.replace(/\b([A-Z]{2})[0-9a-f]{32}\b/g, '$1…')
}

/** How often a line is repeated, from an index on. */
function times(lines: readonly string[], index: number): string {
  const others = lines.slice(index).findIndex((text) => text !== lines[index])
  const count = others < 0 ? lines.length - index : others
  return count === 1 ? '' : ` (${count} times)`
}

async function collect(
  messages: AsyncIterable<StreamMessage>,
  { recordsMax = Number.POSITIVE_INFINITY, stopAfterRecords = Number.POSITIVE_INFINITY }: ReadForTest,
  stop: AbortController,
): Promise<Outcome> {
  const records: TwilioRecord[] = []
  const states: unknown[] = []
  try {
    for await (const message of messages) {
      if (message.kind === 'record lines')
        records.push(...recordsIn(message.lines).slice(0, recordsMax - records.length))
      if (message.kind === 'state') states.push(structuredClone(message.state))
      if (records.length >= recordsMax) break
      await letWorkersGoAhead()
      if (records.length >= stopAfterRecords) {
        if (stop.signal.aborted && message.kind === 'state') break
        stop.abort(new Error('stopped'))
      }
    }
    return { records, states, error: null }
  } catch (error) {
    return { records, states, error }
  }
}

/** A reader that takes its time, so that pages wait to be written while states are made. */
async function letWorkersGoAhead(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

/** Record messages are read back to their records. */
function recordsIn({ bytes, count }: RecordLines): TwilioRecord[] {
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1)
  assert.equal(lines.length, count)
  return lines.map((line) => JSON.parse(line).record.data)
}

/** Records by their key, each once. */
export function keysOf(records: Iterable<unknown>, key: readonly string[]): string[] {
  const keys = [...records].map((record) => key.map((name) => (isRecord(record) ? String(record[name]) : '')).join(' '))
  return [...new Set(keys)].sort()
}
