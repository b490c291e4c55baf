import type { Clock } from './clock.ts'
import type { HttpClient, HttpLimits } from './httpClient.ts'
import type { Log } from './log.ts'
import type { RecordLines } from './recordLines.ts'

/**
 * What a connector declares; `runSource` (runSource.ts) turns it into a program that speaks the Airbyte protocol.
 * `Config` is what `readConfig` makes of the user's JSON; nothing unchecked gets past it.
 */
export interface Source<Config> {
  readonly specification: ConnectorSpecification
  /** @throws ConfigError whose message names every wrong field, never its value. */
  readConfig(json: unknown): Config
  /** Proves with one cheap request that the credentials work.
   * @throws ConfigError or TransientError with what to tell the user; anything else counts as a fault of the connector. */
  check(config: Config, context: SourceContext): Promise<void>
  /** Every stream this config can read, for `discover` and `read`. Asks nothing of the network. */
  streams(config: Config): readonly SourceStream[]
  /** What the config changes of the HTTP client's limits, `workers` (num_workers) before all. Absent: the defaults. */
  httpLimits?(config: Config): Partial<HttpLimits>
}

export interface SourceStream {
  readonly name: string
  /** JSON schema of the records, draft-07, as `discover` shows it. */
  readonly jsonSchema: object
  /** Paths of the fields that identify a record. Empty: the records have no key. */
  readonly primaryKey: readonly (readonly string[])[]
  readonly cursorField: string | null // null: full refresh only
  /** Whether a full refresh that broke off can go on from its last state. Streams with a cursor should say yes. */
  readonly isResumable: boolean
  /**
   * Yields records and states, in the order they are to be written. A state may be yielded only when every record it
   * covers was yielded before it. Errors thrown end this stream only. When `context.signal` aborts, the reader stops
   * after the next state, and the HTTP client sends nothing more.
   */
  read(request: ReadRequest, context: SourceContext): AsyncIterable<StreamMessage>
}

export interface ReadRequest {
  /**
   * The stream_state to go on from, as this or an older connector wrote it; null: from the beginning. In a full refresh
   * it is what this stream yielded before the same refresh broke off, never an incremental state.
   */
  readonly state: unknown
  readonly syncMode: SyncMode
}

export type SyncMode = 'full_refresh' | 'incremental'

export type StreamMessage =
  | { readonly kind: 'record'; readonly data: object }
  /** A page at once: the same as its records one by one, for less work. */
  | { readonly kind: 'records'; readonly data: readonly object[] }
  /** A page made ready by `recordLines` as soon as it came: for streams that have pages waiting. */
  | { readonly kind: 'record lines'; readonly lines: RecordLines }
  | { readonly kind: 'state'; readonly state: object }
  /** Only for limits the HTTP client does not see: it reports status 429 itself. */
  | { readonly kind: 'rate limited'; readonly untilMs: number | null /* null: nobody knows */ }

export interface SourceContext {
  readonly http: HttpClient
  readonly log: Log
  readonly clock: Clock
  /** Aborts on SIGTERM and SIGINT. */
  readonly signal: AbortSignal
  /** How many requests the HTTP client sends at once; more work in parallel than that only waits. */
  readonly workers: number
}

/** What `spec` shows (protocol YAML, ConnectorSpecification). */
export interface ConnectorSpecification {
  readonly documentationUrl: string
  readonly changelogUrl?: string
  readonly supportsIncremental?: boolean
  readonly supported_destination_sync_modes?: readonly ('append' | 'overwrite' | 'append_dedup')[]
  /** JSON schema of the config. Fields marked `airbyte_secret: true` are masked wherever their value would be shown. */
  readonly connectionSpecification: object
}

/** The user can mend it: wrong credentials, fields, catalog or state. Shown to them as it is (secrets masked). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Nobody's fault and over after a while: the vendor is down or busy. The next sync may well succeed. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}
