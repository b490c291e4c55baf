import { Console } from 'node:console'
import { setMaxListeners } from 'node:events'
import { fileDescriptorSink } from './byteSink.ts'
import { systemClock } from './clock.ts'
import { runCommand } from './runCommand.ts'
import type { Source } from './source.ts'
import { Stopped } from './stopped.ts'

/**
 * A connector's whole main program: runs one command (spec, check, discover, read), then ends the process with 0 when
 * all is well, 1 when something failed, 143 or 130 when SIGTERM or SIGINT stopped it before the end.
 */
export async function runSource<Config>(source: Source<Config>, argv = process.argv.slice(2)): Promise<never> {
  // Standard output belongs to the protocol: a stray line of a dependency would break the sync.
  globalThis.console = new Console(process.stderr)
  const exitCode = await runCommand(source, argv, {
    output: fileDescriptorSink(STDOUT),
    clock: systemClock,
    signal: stopSignal(),
    proxyEnv: process.env,
  })
  process.exit(exitCode)
}

/**
 * Aborts on the first signal, and on an error that nobody caught, so that every stream still gets its last status. The
 * process ends at the second, and when stopping in order takes too long.
 */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  // Every waiting request listens; there may be as many as workers.
  setMaxListeners(0, controller.signal)
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    const stopped = new Stopped(name)
    process.on(name, () => stop(controller, stopped, stopped.exitCode))
  }
  process.on('uncaughtException', (error) => stop(controller, error, 1))
  return controller.signal
}

function stop(controller: AbortController, reason: Error, exitCode: number): void {
  if (controller.signal.aborted) process.exit(exitCode)
  controller.abort(reason)
  setTimeout(() => process.exit(exitCode), HARD_STOP_MS).unref()
}

const STDOUT = 1

/** For a reader that takes nothing any more: longer than streams get to reach a state, shorter than a container gets. */
const HARD_STOP_MS = 9_000
