import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { RestMessageResponse } from '../../src/api/sms/schema.ts'
import { waitFor } from '../waitFor.ts'

export interface InstallationOptions {
  /** What the configuration file says; null: there is none, which is the demo. */
  readonly config: object | null
  readonly environment?: Readonly<Record<string, string>>
  /** Started by Node instead of the server itself. */
  readonly program?: string
}

/** One HTTP answer with its body read as JSON where it is JSON. */
export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  readonly text: string
}

export interface CallOptions {
  readonly method?: string
  /** Sent as JSON unless it is text already. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string | null // null: no key is sent
}

export interface Ended {
  readonly code: number | null // null: it was killed
  readonly tookMs: number
}

/** What every problem of the server looks like. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly violations?: readonly { readonly field: string; readonly message: string }[]
}

/** The key that `accountOf` gives to the account 'acme'. */
export const KEY = 'key-of-acme'

/** An account whose one key may do everything and is `key-of-` and its id. */
export function accountOf(id: string, more: object = {}): object {
  return { id, apiKeys: [{ key: `key-of-${id}`, scopes: ['messages', 'numbers', 'admin'] }], ...more }
}

/** A carrier on loopback that comes back fast. */
export function carrierOf(id: string, port: number, more: object = {}): object {
  const fast = { reconnectMsMin: 20, reconnectMsMax: 200 }
  return { id, type: 'smpp', host: '127.0.0.1', port, systemId: 'journey', password: 'secret', ...fast, ...more }
}

/**
 * One installation of Heliograph: a folder with data and a configuration, and at most one process at a time, the real
 * one, that works in it. Survives any number of crashes and restarts; `remove` ends it without a trace.
 */
export class Installation {
  readonly folder: string
  readonly #options: InstallationOptions
  #child: ChildProcess | null = null
  #url = ''
  #output = ''
  #errors = ''

  private constructor(folder: string, options: InstallationOptions) {
    this.folder = folder
    this.#options = options
  }

  static async create(options: InstallationOptions): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'heliograph-journey-'))
    // JSON is YAML.
    if (options.config !== null) await writeFile(join(folder, 'heliograph.yaml'), JSON.stringify(options.config))
    return new Installation(folder, options)
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  /** Where the running process listens. */
  get url(): string {
    return this.#url
  }

  /** All that the processes so far have printed on standard output. */
  get output(): string {
    return this.#output
  }

  /** All that the processes so far have printed on standard error. */
  get errors(): string {
    return this.#errors
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Starts the server and waits until it is ready: the store answers and a carrier is bound. */
  async start({ ready = true }: { ready?: boolean } = {}): Promise<void> {
    const before = this.#output.length
    const child = this.#spawn('start', ['--port', '0'])
    this.#child = child
    const banner = () => /listens on (http:\/\/[^\s/]+)/.exec(this.#output.slice(before))
    await waitFor(() => banner() !== null || child.exitCode !== null, START_TIMEOUT_MS)
    this.#url = banner()?.[1] ?? assert.fail(`did not start: ${this.#output.slice(before)}${this.#errors}`)
    if (ready) await waitFor(async () => (await this.call('/readyz')).status === 200, START_TIMEOUT_MS)
  }

  /** Runs another command of the program on this installation. */
  async run(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const program = this.#commandLine(words)
    const ended = promisify(execFile)(process.execPath, program, {
      env: this.#environment(),
      timeout: START_TIMEOUT_MS,
    })
    return ended.then(
      (output) => ({ code: 0, ...output }),
      (error) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
    )
  }

  /** kill -9, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** SIGTERM, as a service manager stops it. */
  stop(): Promise<Ended> {
    return this.#end('SIGTERM')
  }

  /** Bounds the size of every file that the process writes: as good as a full disk. */
  async limitFileSize(bytes: number | 'unlimited'): Promise<void> {
    await promisify(execFile)('prlimit', ['--pid', String(this.pid), `--fsize=${bytes}:`])
  }

  async remove(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }

  async call<Body = ProblemBody>(path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const { body, key = KEY, headers = {} } = options
    const method = options.method ?? (body === undefined ? 'GET' : 'POST')
    const response = await fetch(new URL(path, this.#url), {
      method,
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

  /** Sends an SMS that has to be accepted. */
  async send(sms: Readonly<Record<string, unknown>>, options: CallOptions = {}): Promise<RestMessageResponse> {
    const body = { from: 'Heliograph', message: 'Hello', ...sms }
    const answer = await this.call<RestMessageResponse>('/messaging/v1/sms', { ...options, body })
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }

  async statusOf(requestId: string): Promise<RestMessageResponse> {
    const answer = await this.call<RestMessageResponse>(`/messaging/v1/messages/${requestId}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }

  /** Reads the status until it is the one wanted. */
  async untilStatus(
    requestId: string,
    wanted: RestMessageResponse['status'],
    timeoutMs = 15_000,
  ): Promise<RestMessageResponse> {
    let message = await this.statusOf(requestId)
    const deadline = Date.now() + timeoutMs
    while (message.status !== wanted) {
      if (Date.now() > deadline) assert.fail(`not ${wanted} within ${timeoutMs} ms: ${JSON.stringify(message)}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      message = await this.statusOf(requestId)
    }
    return message
  }

  /** One metric's value, labels and all as in `heliograph_carrier_binds{carrier="a"}`; 0 when it is not there. */
  async metric(name: string): Promise<number> {
    const { text } = await this.call('/metrics')
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
    return line === undefined ? 0 : Number(line.slice(name.length + 1))
  }

  #spawn(command: string, flags: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, this.#commandLine([command, ...flags]), {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.setEncoding('utf8').on('data', (text) => {
      this.#output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text
    })
    const killChild = () => child.kill('SIGKILL')
    process.once('exit', killChild)
    child.once('exit', () => process.off('exit', killChild))
    return child
  }

  #commandLine(words: readonly string[]): string[] {
    const config = this.#options.config === null ? [] : ['--config', join(this.folder, 'heliograph.yaml')]
    return [this.#options.program ?? MAIN, ...words, '--data', this.dataFolder, ...config]
  }

  #environment(): Record<string, string> {
    return { LOG_LEVEL: 'warn', ...this.#options.environment }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return { code: null, tookMs: 0 }
    const askedAt = performance.now()
    const closed = once(child, 'close')
    child.kill(signal)
    const [code] = await closed
    return { code, tookMs: performance.now() - askedAt }
  }
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const POLL_MS = 20
/** Many test files may start servers on the same few cores. */
const START_TIMEOUT_MS = 30_000
const CALL_TIMEOUT_MS = 30_000
