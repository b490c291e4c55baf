import type { ByteSink } from './byteSink.ts'
import type { Clock } from './clock.ts'
import { readConfiguredCatalog } from './configuredCatalog.ts'
import { failureOf } from './failureOf.ts'
import { createHttpClient } from './httpClient.ts'
import { readInputState } from './inputState.ts'
import { LineWriter, OutputLost } from './lineWriter.ts'
import { createLog } from './log.ts'
import { createMask, type Mask } from './maskSecrets.ts'
import { catalogLine, connectionStatusLine, errorLine, specLine } from './messages.ts'
import { type Command, readCommand } from './readCommand.ts'
import { readJsonFile } from './readJsonFile.ts'
import { readStreams } from './readStreams.ts'
import { ConfigError, type Source, type SourceContext, TransientError } from './source.ts'
import { Stopped } from './stopped.ts'
import type { StreamOutput } from './streamOutput.ts'

/** What a command needs of the process it runs in. */
export interface World {
  readonly output: ByteSink
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The environment's HTTPS_PROXY and NO_PROXY; null: no proxy. */
  readonly proxyEnv: NodeJS.ProcessEnv | null
}

/** Runs one command of the protocol. Everything it has to say is written when this resolves to the exit code. */
export async function runCommand<Config>(
  source: Source<Config>,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const writer = new LineWriter(world.output)
  try {
    const exitCode = await answer({ source, world, writer, mask: (text) => text }, argv)
    await writer.flush()
    return exitCode
  } catch (error) {
    if (error instanceof OutputLost) return 1
    throw error
  }
}

interface Run<Config> {
  readonly source: Source<Config>
  readonly world: World
  readonly writer: LineWriter
  readonly mask: Mask
}

async function answer<Config>(run: Run<Config>, argv: readonly string[]): Promise<number> {
  try {
    const command = readCommand(argv)
    if (command.kind === 'spec') {
      run.writer.push(specLine(run.source.specification))
      return 0
    }
    const json = await readJsonFile('config', command.configPath)
    const mask = createMask(run.source.specification.connectionSpecification, json)
    return await answerWithConfig({ ...run, mask }, command, json)
  } catch (error) {
    return tellFailure(run, error)
  }
}

async function answerWithConfig<Config>(
  run: Run<Config>,
  command: Exclude<Command, { kind: 'spec' }>,
  json: unknown,
): Promise<number> {
  try {
    switch (command.kind) {
      case 'check':
        return await check(run, command, json)
      case 'discover':
        run.writer.push(catalogLine(run.source.streams(run.source.readConfig(json))))
        return 0
      case 'read':
        return await read(run, command, json)
    }
  } catch (error) {
    return tellFailure(run, error)
  }
}

/** What a check finds out is its answer and no failure of the command: exit code 0 either way. */
async function check<Config>(run: Run<Config>, { isDebugging }: { isDebugging: boolean }, json: unknown) {
  try {
    const config = run.source.readConfig(json)
    const { context, close } = createContext(run, config, { isDebugging, retryMsMax: CHECK_RETRY_MS_MAX })
    try {
      await run.source.check(config, context)
    } finally {
      close()
    }
    run.writer.push(connectionStatusLine('SUCCEEDED', null))
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof TransientError)) throw error
    run.writer.push(connectionStatusLine('FAILED', run.mask(error.message)))
  }
  return 0
}

async function read<Config>(run: Run<Config>, command: Extract<Command, { kind: 'read' }>, json: unknown) {
  const { source, world, writer, mask } = run
  const config = source.readConfig(json)
  const catalog = readConfiguredCatalog(await readJsonFile('catalog', command.catalogPath))
  const state = readInputState(command.statePath === null ? null : await readJsonFile('state', command.statePath))
  let current: StreamOutput | null = null
  const { context, close } = createContext(run, config, {
    isDebugging: command.isDebugging,
    onRateLimited: (untilMs) => current?.rateLimited(untilMs),
  })
  const onCurrent = (output: StreamOutput | null) => {
    current = output
  }
  try {
    const streams = source.streams(config)
    const endings = await readStreams({ streams, catalog, state, context, writer, mask, onCurrent })
    if (endings.includes('stopped') && world.signal.reason instanceof Stopped) return world.signal.reason.exitCode
    return endings.every((ending) => ending === 'complete') ? 0 : 1
  } finally {
    close()
  }
}

interface ContextOptions {
  readonly isDebugging: boolean
  readonly retryMsMax?: number
  readonly onRateLimited?: (untilMs: number) => void
}

function createContext<Config>({ source, world, writer, mask }: Run<Config>, config: Config, options: ContextOptions) {
  const { clock, signal, proxyEnv } = world
  const log = createLog({ writer, mask, isDebugging: options.isDebugging })
  const limits = { ...source.httpLimits?.(config) }
  const { retryMsMax, onRateLimited = () => {} } = options
  const http = createHttpClient({
    limits: retryMsMax === undefined ? limits : { ...limits, retryMsMax },
    clock,
    signal,
    log,
    proxyEnv,
    onRateLimited,
  })
  const context: SourceContext = { http, log, clock, signal, workers: http.workers }
  return { context, close: () => http.close() }
}

function tellFailure<Config>({ world, writer, mask }: Run<Config>, error: unknown): number {
  if (error instanceof OutputLost) throw error
  const { aborted: isAborted, reason } = world.signal
  if (isAborted && reason instanceof Stopped) return reason.exitCode
  writer.push(errorLine(failureOf(isAborted ? reason : error, mask), null, world.clock.now()))
  return 1
}

/** Somebody watches a check: better to say soon that the vendor does not answer. */
const CHECK_RETRY_MS_MAX = 15_000
