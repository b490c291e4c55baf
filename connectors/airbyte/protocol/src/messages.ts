import type { ConnectorSpecification, SourceStream } from './source.ts'

/**
 * The protocol's messages, each as one line of JSON with its line feed (protocol YAML, AirbyteMessage). Text that may
 * hold a secret must be masked before it comes here.
 */
export function specLine(specification: ConnectorSpecification): string {
  return line({ type: 'SPEC', spec: { protocol_version: PROTOCOL_VERSION, ...specification } })
}

export function connectionStatusLine(status: 'SUCCEEDED' | 'FAILED', message: string | null): string {
  return line({ type: 'CONNECTION_STATUS', connectionStatus: { status, ...(message === null ? {} : { message }) } })
}

export function catalogLine(streams: readonly SourceStream[]): string {
  return line({ type: 'CATALOG', catalog: { streams: streams.map(catalogStream) } })
}

/** What stands before a record's data; the same for every record of a stream. */
export function recordLineStart(stream: string): string {
  return `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":`
}

/** @param start of `recordLineStart`: assembled text is twice as fast as an envelope around each record. */
export function recordLine(start: string, data: object, emittedAtMs: number): string {
  return `${start}${JSON.stringify(data)},"emitted_at":${emittedAtMs}}}\n`
}

/** `recordCount` is the number of records since the stream's last state. The YAML asks for a decimal point in it. */
export function stateLine(stream: string, stateJson: string, recordCount: number): string {
  const descriptor = JSON.stringify({ name: stream })
  return (
    `{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":${descriptor},` +
    `"stream_state":${stateJson}},"sourceStats":{"recordCount":${recordCount}.0}}}\n`
  )
}

export type LogLevel = 'ERROR' | 'WARN' | 'INFO' | 'DEBUG'

export function logLine(level: LogLevel, message: string): string {
  return line({ type: 'LOG', log: { level, message } })
}

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE'

export function streamStatusLine(stream: string, status: StreamStatus, emittedAtMs: number): string {
  return traceLine(emittedAtMs, {
    type: 'STREAM_STATUS',
    stream_status: { stream_descriptor: { name: stream }, status },
  })
}

/** A running stream that waits for the vendor; `untilMs` is when its quota is expected back (epoch), null: unknown. */
export function rateLimitedLine(stream: string, untilMs: number | null, emittedAtMs: number): string {
  const reset = untilMs === null ? {} : { rate_limited: { quota_reset: Math.round(untilMs) } }
  return traceLine(emittedAtMs, {
    type: 'STREAM_STATUS',
    stream_status: {
      stream_descriptor: { name: stream },
      status: 'RUNNING',
      reasons: [{ type: 'RATE_LIMITED', ...reset }],
    },
  })
}

export interface FailureText {
  readonly failureType: 'config_error' | 'transient_error' | 'system_error'
  readonly message: string
  readonly internalMessage: string
  readonly stackTrace: string | null // null: where it happened says nothing
}

/** @param stream whose failure it is; null: the whole command's. */
export function errorLine(failure: FailureText, stream: string | null, emittedAtMs: number): string {
  return traceLine(emittedAtMs, {
    type: 'ERROR',
    error: {
      message: failure.message,
      internal_message: failure.internalMessage,
      ...(failure.stackTrace === null ? {} : { stack_trace: failure.stackTrace }),
      failure_type: failure.failureType,
      ...(stream === null ? {} : { stream_descriptor: { name: stream } }),
    },
  })
}

/** What platforms assume of a source that names no version. */
const PROTOCOL_VERSION = '0.2.0'

/** A resumable stream counts as having a cursor of its own, even where it has no cursor field (protocol YAML). */
function catalogStream(stream: SourceStream): object {
  const { name, cursorField, primaryKey, isResumable } = stream
  return {
    name,
    json_schema: stream.jsonSchema,
    supported_sync_modes: cursorField === null ? ['full_refresh'] : ['full_refresh', 'incremental'],
    source_defined_cursor: cursorField !== null || isResumable,
    ...(cursorField === null ? {} : { default_cursor_field: [cursorField] }),
    ...(primaryKey.length === 0 ? {} : { source_defined_primary_key: primaryKey }),
    is_resumable: isResumable,
  }
}

function traceLine(emittedAtMs: number, trace: object): string {
  return line({ type: 'TRACE', trace: { ...trace, emitted_at: emittedAtMs } })
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`
}
