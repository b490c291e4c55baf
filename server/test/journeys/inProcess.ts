import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHeliograph } from '../../src/app.ts'
import type { Clock } from '../../src/clock.ts'
import { loadConfig } from '../../src/config.ts'
import type { Database } from '../../src/db/database.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import type { Answer, CallOptions, ProblemBody } from './heliograph.ts'
import { KEY } from './heliograph.ts'

/** The whole server within the test's own process, over either store. */
export interface InProcess {
  readonly url: string
  readonly postgres: TestPostgres | null // null: SQLite
  call<Body = ProblemBody>(path: string, options?: CallOptions): Promise<Answer<Body>>
  stop(): Promise<void>
}

export async function startInProcess(
  engine: Database['engine'],
  config: object,
  options: { readonly clock?: Clock } = {},
): Promise<InProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-in-process-'))
  const postgres = engine === 'postgres' ? await startPostgres() : null
  const file = join(folder, 'heliograph.yaml')
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config))
  const databaseUrl = postgres === null ? {} : { DATABASE_URL: await postgres.url('journey') }
  const heliograph = await startHeliograph(
    loadConfig({
      flags: { config: file, data: join(folder, 'data'), port: '0' },
      environment: { LOG_LEVEL: 'silent', ...databaseUrl },
    }),
    options,
  )
  return {
    url: heliograph.url,
    postgres,
    call: (path, options = {}) => call(new URL(path, heliograph.url), options),
    async stop() {
      await heliograph.stop()
      await postgres?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function call<Body>(url: URL, { body, key = KEY, headers = {}, ...rest }: CallOptions): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method: rest.method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { apikey: key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  })
  const text = await response.text()
  const json = text !== '' && response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined }
}

const CALL_TIMEOUT_MS = 30_000
