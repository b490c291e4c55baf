import { Socket } from 'node:net'
import pg from 'pg'
import type { Clock } from '../clock.ts'
import { DatabaseUnavailable, type Row } from './database.ts'
import { endsConnection, messageOf, storeError } from './postgresErrors.ts'
import { postgresTypes } from './postgresTypes.ts'
import type { PreparedText } from './preparedTexts.ts'
import type { Ending, Statement } from './transaction.ts'

export interface PostgresWriterOptions {
  readonly url: string
  readonly clock: Clock
  readonly prepare: (sql: string) => PreparedText
  readonly connectTimeoutMs: number
  /** After this the server cancels a statement by itself. */
  readonly statementTimeoutMs: number
}

/**
 * The one connection that writes. All statements of a round trip are sent without waiting for each other (pipeline
 * mode). A lost connection fails what was open and is replaced when the next transaction begins; while the server
 * cannot be reached, attempts are spaced out and everything in between fails at once.
 */
export class PostgresWriter {
  readonly #options: PostgresWriterOptions
  #connection: Connection | null = null // null: never connected, or lost
  #failures = 0
  #nextAttemptAt = 0

  constructor(options: PostgresWriterOptions) {
    this.#options = options
  }

  async send(statements: readonly Statement[], opening: boolean, ending: Ending): Promise<Row[][]> {
    const connection = opening ? await this.connect() : this.#connection
    if (connection === null) {
      // The transaction went with its connection; nothing of it may run on another one.
      throw new DatabaseUnavailable('The connection to PostgreSQL was lost in a transaction')
    }
    return exchange(connection, [
      ...(opening ? [BEGIN] : []),
      ...statements.map((statement) => ({ ...statement, ...this.#options.prepare(statement.sql) })),
      ...(ending === 'open' ? [] : [ENDINGS[ending]]),
    ])
  }

  async connect(): Promise<Connection> {
    if (this.#connection !== null) {
      return this.#connection
    }
    const { clock } = this.#options
    if (clock.now() < this.#nextAttemptAt) {
      throw new DatabaseUnavailable('PostgreSQL cannot be reached; the next attempt follows shortly')
    }
    try {
      this.#connection = await openConnection(this.#options, (gone) => {
        // The end of an old connection may be heard of after its successor was opened.
        if (this.#connection?.client === gone) {
          this.#connection = null
        }
      })
      this.#failures = 0
      return this.#connection
    } catch (error) {
      this.#failures += 1
      const delayMs = Math.min(RECONNECT_DELAY_MS * 2 ** (this.#failures - 1), RECONNECT_DELAY_MS_MAX)
      this.#nextAttemptAt = clock.now() + delayMs
      // Also where the server refuses us (password, unknown database): the data of the transaction is not to blame.
      throw new DatabaseUnavailable(`Cannot connect to PostgreSQL: ${messageOf(error)}`)
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close()
  }
}

const RECONNECT_DELAY_MS = 50
const RECONNECT_DELAY_MS_MAX = 2_000
/** What the network may add to the server's own limit before the connection counts as dead. */
const NETWORK_DELAY_MS_MAX = 5_000

interface Connection {
  readonly client: pg.Client
  readonly socket: Socket
  readonly clock: Clock
  readonly answerTimeoutMs: number
  /** Drops the connection at once; what is open on it fails. */
  abandon(): void
  close(): Promise<void>
}

async function openConnection(options: PostgresWriterOptions, lost: (client: pg.Client) => void): Promise<Connection> {
  const { clock, connectTimeoutMs, statementTimeoutMs } = options
  const socket = new Socket()
  const client = new pg.Client({
    connectionString: options.url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    pipeline: true,
    types: postgresTypes,
    stream: () => socket,
  })
  const abandon = () => {
    lost(client)
    socket.destroy()
  }
  client.on('error', abandon)
  client.on('end', () => lost(client))
  try {
    await client.connect()
    await client.query(`${WRITER_SETTINGS}; set statement_timeout = ${statementTimeoutMs}`)
  } catch (error) {
    socket.destroy()
    throw error
  }
  const answerTimeoutMs = statementTimeoutMs + NETWORK_DELAY_MS_MAX
  const close = async () => {
    const cancel = clock.after(NETWORK_DELAY_MS_MAX, abandon)
    await client.end()
    cancel()
  }
  return { client, socket, clock, answerTimeoutMs, abandon, close }
}

/**
 * Hot statements look up points, but right after start the statistics say that tables are empty and the planner scans
 * them whole; so scans and the joins built on them are off. A plan kept for a prepared statement would keep what an
 * empty table suggested for ever, so each execution is planned anew. Set after connecting, since `options` in the URL
 * would win.
 */
const WRITER_SETTINGS = [
  'set enable_seqscan = off',
  'set enable_hashjoin = off',
  'set enable_mergejoin = off',
  'set jit = off',
  'set plan_cache_mode = force_custom_plan',
  'set synchronous_commit = on',
].join('; ')

interface Query extends Statement, PreparedText {}

const BEGIN = plain('begin')
const ENDINGS = { commit: plain('commit'), rollback: plain('rollback') }

function plain(text: string): Query {
  return { sql: text, text, params: [], rows: false }
}

/**
 * Sends all queries at once and settles when the last one is answered, with the first failure or the rows asked for.
 * After a failure PostgreSQL refuses the rest of the transaction by itself and answers `commit` with a rollback.
 */
function exchange(connection: Connection, queries: readonly Query[]): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    const { client, socket, clock, answerTimeoutMs, abandon } = connection
    const tables: Row[][] = []
    let failure: Error | null = null
    let unanswered = queries.length
    const cancelTimeout = clock.after(answerTimeoutMs, abandon)
    const fail = (error: Error, query: Query) => {
      failure ??= storeError(error, query.sql)
      if (endsConnection(error)) {
        abandon()
      }
    }
    // One write to the network for all queries.
    socket.cork()
    for (const query of queries) {
      const { name, text, params } = query
      const config = { text, values: [...params], ...(name === undefined ? {} : { name }) }
      client.query<Row>(config, (error, result) => {
        if (error) {
          fail(error, query)
        } else if (query === ENDINGS.commit && result.command !== 'COMMIT') {
          failure ??= new Error('The transaction was rolled back already')
        } else if (query.rows) {
          tables.push(result.rows)
        }
        unanswered -= 1
        if (unanswered === 0) {
          cancelTimeout()
          failure === null ? resolve(tables) : reject(failure)
        }
      })
    }
    socket.uncork()
  })
}
