import type { ConfiguredStream } from './configuredCatalog.ts'
import { failureOf } from './failureOf.ts'
import { completeState, progressState, startOf } from './fullRefreshState.ts'
import { isObject } from './isObject.ts'
import { type LineWriter, OutputLost } from './lineWriter.ts'
import type { Mask } from './maskSecrets.ts'
import { ConfigError, type SourceContext, type SourceStream, type StreamMessage } from './source.ts'
import { Stopped } from './stopped.ts'
import type { StreamOutput } from './streamOutput.ts'

export type Ending = 'complete' | 'broken' | 'stopped'

export interface StreamRead {
  readonly stream: SourceStream | undefined // undefined: the source has none of this name
  readonly configured: ConfiguredStream
  readonly state: unknown // null: none
  readonly context: SourceContext
  readonly output: StreamOutput
  readonly writer: LineWriter
  readonly mask: Mask
}

/** Reads one stream to its end and says how it ended. What breaks it is told and stays within it. @throws OutputLost */
export async function readStream(read: StreamRead): Promise<Ending> {
  const { context, output } = read
  try {
    const finalState = context.signal.aborted ? null : await writeMessages(read)
    if (finalState === null) return endStopped(read)
    output.complete(finalState)
    return 'complete'
  } catch (error) {
    if (error instanceof OutputLost) throw error
    return context.signal.aborted ? endStopped(read) : endBroken(read, error)
  }
}

/** The signal's reason is the end of this stream too if it is a fault of the process. */
function endStopped(read: StreamRead): Ending {
  const { reason } = read.context.signal
  if (!(reason instanceof Stopped)) return endBroken(read, reason)
  read.output.incomplete(null)
  return 'stopped'
}

function endBroken({ output, mask }: StreamRead, error: unknown): Ending {
  output.incomplete(failureOf(error, mask))
  return 'broken'
}

/** Resolves to the state that covers everything, or to null if the sync was stopped before that. */
async function writeMessages({ stream, configured, state, ...read }: StreamRead): Promise<object | null> {
  const { syncMode } = configured
  assertReadable(stream, configured)
  const start = startOf(stream, configured, state)
  if (start.kind === 'already complete') {
    read.context.log.info(`"${configured.name}" was read to its end by an earlier attempt of this sync`)
    return completeState(configured)
  }
  const messages = stream.read({ state: start.state, syncMode }, read.context)
  const lastState = await writeUntilStopped(messages, read, (position) =>
    syncMode === 'incremental' ? position : progressState(position, configured),
  )
  // A stream that ends after a signal may have ended because of it.
  if (read.context.signal.aborted) return null
  if (syncMode === 'full_refresh') return completeState(configured)
  return lastState ?? (isObject(start.state) ? start.state : {})
}

function assertReadable(stream: SourceStream | undefined, configured: ConfiguredStream): asserts stream {
  const { name, syncMode } = configured
  if (stream === undefined) throw new ConfigError(`The catalog names a stream "${name}" that this source does not have`)
  if (syncMode === 'incremental' && stream.cursorField === null) {
    throw new ConfigError(`The stream "${name}" can only be read with sync_mode "full_refresh"`)
  }
}

/** Writes what the stream yields; once the signal is aborted, only as far as the next state. Resolves to the last state. */
async function writeUntilStopped(
  messages: AsyncIterable<StreamMessage>,
  { context, output, writer }: Pick<StreamRead, 'context' | 'output' | 'writer'>,
  toStreamState: (position: object) => object,
): Promise<object | null> {
  let lastState: object | null = null
  for await (const message of messages) {
    switch (message.kind) {
      case 'record':
        if (!output.record(message.data)) await writer.room()
        break
      case 'records':
        for (const data of message.data) if (!output.record(data)) await writer.room()
        break
      case 'record lines':
        if (!output.recordLines(message.lines)) await writer.room()
        break
      case 'state':
        lastState = toStreamState(message.state)
        output.state(lastState)
        if (context.signal.aborted) return lastState
        break
      case 'rate limited':
        output.rateLimited(message.untilMs)
        break
      default:
        message satisfies never
    }
  }
  return lastState
}
