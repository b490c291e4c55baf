import { flushCompileCache } from 'node:module'
import type { Config } from '../config.ts'
import { OperatorError } from '../operatorError.ts'
import { demoKeyOf, loadSecret } from '../secrets.ts'
import { banner } from './banner.ts'

/** Runs the server until a signal asks it to stop. */
export async function start(config: Config): Promise<void> {
  const stopAsked = untilAskedToStop()
  // Loaded here so that the other commands need not load the whole server.
  const { startHeliograph } = await import('../app.ts')
  const server = await startHeliograph(config)
  const demoKey = config.demo ? demoKeyOf(await loadSecret(config)) : null
  process.stdout.write(banner({ url: server.url, file: config.file, demoKey }))
  // By itself Node keeps what it compiled at a good end only. Takes a tenth of a second where it is kept for the first time.
  flushCompileCache()
  await stopAsked
  await withinTime(server.stop())
}

/** Everything that stopping waits for is bounded well below this. */
const STOP_TIMEOUT_MS = 30_000
/** npm and the launcher pass on the Ctrl-C that the terminal has already given to the server itself. */
const SAME_SIGNAL_MS = 500

/** Resolves at the first SIGTERM or SIGINT; a second one later ends the process at once. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | null = null
    const ask = (signal: 'SIGTERM' | 'SIGINT') => {
      if (askedAt === null) {
        askedAt = performance.now()
        resolve()
      } else if (performance.now() - askedAt > SAME_SIGNAL_MS) {
        process.exit(signal === 'SIGINT' ? 130 : 143)
      }
    }
    process.on('SIGTERM', ask)
    process.on('SIGINT', ask)
  })
}

async function withinTime(stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OperatorError(`Did not stop within ${STOP_TIMEOUT_MS / 1000} s; gave up`)),
      STOP_TIMEOUT_MS,
    )
  })
  await Promise.race([stopped, late]).finally(() => clearTimeout(timer))
}
