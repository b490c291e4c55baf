import type { Clock } from './clock.ts'
import type { ConfiguredStream } from './configuredCatalog.ts'
import type { InputState } from './inputState.ts'
import type { LineWriter } from './lineWriter.ts'
import type { Mask } from './maskSecrets.ts'
import { type Ending, readStream } from './readStream.ts'
import type { SourceContext, SourceStream } from './source.ts'
import { StreamOutput } from './streamOutput.ts'

export interface StreamsRead {
  readonly streams: readonly SourceStream[]
  readonly catalog: readonly ConfiguredStream[]
  readonly state: InputState
  readonly context: SourceContext
  readonly writer: LineWriter
  readonly mask: Mask
  /** Is told which stream is being read, so that rate limits the HTTP client meets are told of it; null: none. */
  readonly onCurrent: (output: StreamOutput | null) => void
}

/**
 * Reads the streams of the catalog one after another (what is parallel is each stream's requests). After a signal, the
 * current one has `STOP_MS_MAX` to reach its next state; those that did not begin are told INCOMPLETE as well.
 */
export async function readStreams(read: StreamsRead): Promise<readonly Ending[]> {
  const { streams, catalog, state, context, writer, mask, onCurrent } = read
  const byName = new Map(streams.map((stream) => [stream.name, stream]))
  const deadline = stopDeadline(context)
  const endings: Ending[] = []
  for (const configured of catalog) {
    const { name } = configured
    const output = new StreamOutput({ name, writer, clock: context.clock })
    onCurrent(output)
    const ended = new AbortController()
    const ending = await Promise.race([
      readStream({
        stream: byName.get(name),
        configured,
        state: state.get(name) ?? null,
        context: { ...context, http: context.http.until(ended.signal) },
        output,
        writer,
        mask,
      }),
      deadline.passed,
    ])
    // What a broken stream still asks for, or waits for, would hold up the next one.
    ended.abort(new Error(`"${name}" has ended`))
    output.incomplete(null) // Says nothing where the stream has ended by itself.
    context.log.info(`"${name}" ${ending} after ${output.recordsTotal} records`)
    endings.push(ending)
  }
  onCurrent(null)
  deadline.cancel()
  return endings
}

/** A promise that resolves some time after the signal aborts, and never if `cancel` is called. */
function stopDeadline({ signal, clock }: { signal: AbortSignal; clock: Clock }) {
  const cancelled = new AbortController()
  const { promise: passed, resolve } = Promise.withResolvers<'stopped'>()
  const start = () => {
    clock.wait(STOP_MS_MAX, cancelled.signal).then(
      () => resolve('stopped'),
      () => {}, // Cancelled: nobody waits for it any more.
    )
  }
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true, signal: cancelled.signal })
  return { passed, cancel: () => cancelled.abort() }
}

/** Container runtimes kill ten seconds after SIGTERM. */
const STOP_MS_MAX = 7_000
