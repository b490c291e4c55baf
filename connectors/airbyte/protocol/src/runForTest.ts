import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { systemClock } from './clock.ts'
import { MESSAGE_SCHEMAS } from './messageSchemas.ts'
import { runCommand, type World } from './runCommand.ts'
import type { Source, SyncMode } from './source.ts'

/** A message of the protocol, as parsed; its own key holds the rest. */
export interface Message {
  readonly type: keyof typeof MESSAGE_SCHEMAS
  // biome-ignore lint/suspicious/noExplicitAny: tests look into parsed JSON; the schemas have checked its shape
  readonly [key: string]: any
}

/** What is in the file of each option, such as `config`, `catalog` and `state`. */
export type Files = Readonly<Record<string, unknown>>

/**
 * Runs a command of a source within the test's process, with files of its own, and checks every line it writes against
 * MESSAGE_SCHEMAS. A string in `files` is written as it is, all else as JSON.
 */
export async function runForTest<Config>(
  source: Source<Config>,
  command: string,
  files: Files = {},
  world: Partial<World> = {},
): Promise<{ exitCode: number; messages: readonly Message[]; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'airbyte-'))
  try {
    const argv = [command]
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, `${name}.json`)
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
      argv.push(`--${name}`, path)
    }
    const output = memorySink()
    const signal = new AbortController().signal
    const exitCode = await runCommand(source, argv, { output, clock: systemClock, signal, proxyEnv: null, ...world })
    return { exitCode, text: output.text(), messages: checkedMessages(output.text()) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A configured catalog of these streams. */
export function catalogOf(modes: Readonly<Record<string, SyncMode>>, syncId?: number): object {
  const streams = Object.entries(modes).map(([name, mode]) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: mode,
    destination_sync_mode: 'append',
    ...(syncId === undefined ? {} : { sync_id: syncId }),
  }))
  return { streams }
}

/** Parses lines and holds each against our own schemas. */
export function checkedMessages(text: string): readonly Message[] {
  assert.ok(text === '' || text.endsWith('\n'), 'the output ends within a line')
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const message: Message = JSON.parse(line)
      const validate = validators.get(message.type)
      assert.ok(validate, `no message has the type ${message.type}`)
      assert.ok(validate(message), `${ajv.errorsText(validate.errors)} in ${line.slice(0, 1_000)}`)
      return message
    })
}

/** The records' data of one stream, in order. */
export function recordsOf(messages: readonly Message[], stream: string): readonly Record<string, unknown>[] {
  return messages.filter(({ type, record }) => type === 'RECORD' && record.stream === stream).map((m) => m.record.data)
}

/** The stream_states of one stream, in order. */
export function statesOf(messages: readonly Message[], stream: string): readonly Record<string, unknown>[] {
  return messages
    .filter(({ type, state }) => type === 'STATE' && state.stream.stream_descriptor.name === stream)
    .map((message) => message.state.stream.stream_state)
}

/** The statuses of one stream, in order; one with reasons has them behind a colon. */
export function statusesOf(messages: readonly Message[], stream: string): readonly string[] {
  return messages
    .filter(({ trace }) => trace?.stream_status?.stream_descriptor.name === stream)
    .map(({ trace }) => trace.stream_status)
    .map(({ status, reasons }) => (reasons ? `${status}: ${reasons[0].type}` : status))
}

/** What the ERROR traces say: their type, stream and message. */
export function errorsOf(messages: readonly Message[]) {
  return messages
    .filter(({ trace }) => trace?.type === 'ERROR')
    .map(({ trace: { error } }) => ({
      failureType: error.failure_type,
      stream: error.stream_descriptor?.name ?? null,
      message: error.message,
    }))
}

const ajv = new Ajv({ allErrors: true, strict: false })
const validators = new Map<string, ValidateFunction>(
  Object.entries(MESSAGE_SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)]),
)

function memorySink() {
  const pieces: string[] = []
  return {
    async write(bytes: Uint8Array) {
      pieces.push(Buffer.from(bytes).toString())
    },
    text: () => pieces.join(''),
  }
}
