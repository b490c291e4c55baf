import { type RecordLines, recordLines } from '@heliograph/airbyte-protocol/recordLines'
import type { ReadRequest, SourceContext, SourceStream, StreamMessage } from '@heliograph/airbyte-protocol/source'
import { recordCaster, type TwilioRecord } from './castRecord.ts'
import type { TwilioConfig } from './config.ts'
import { StreamProgress } from './cursors.ts'
import { inParallel } from './inParallel.ts'
import { toCursor } from './isoTime.ts'
import { jsonSchema } from './jsonSchema.ts'
import { planLists, settledMs, type Task } from './planLists.ts'
import { type Batch, type ListReader, readList } from './readList.ts'
import { readState, type StreamState, stateJson } from './state.ts'
import type { StreamDeclaration } from './streams/declaration.ts'
import { twilioApi } from './twilioApi.ts'

/** Makes a stream of what is known of it. */
export function twilioStream(declaration: StreamDeclaration, config: TwilioConfig): SourceStream {
  return {
    name: declaration.name,
    jsonSchema: jsonSchema(declaration.fields),
    primaryKey: declaration.primaryKey.map((field) => [field]),
    cursorField: declaration.cursorField,
    isResumable: true,
    read: (request, context) => readStream({ declaration, config, request, context }),
  }
}

interface StreamRead {
  readonly declaration: StreamDeclaration
  readonly config: TwilioConfig
  readonly request: ReadRequest
  readonly context: SourceContext
}

async function* readStream({ declaration, config, request, context }: StreamRead): AsyncGenerator<StreamMessage> {
  const { cursorField, list } = declaration
  const nowMs = context.clock.now()
  const api = twilioApi(config, context.http)
  const settled = () => settledMs({ list, api, nowMs })
  const progress = new StreamProgress(readState(request.state, cursorField), settled)
  const reader: ListReader = {
    declaration,
    api,
    config,
    log: context.log,
    clock: context.clock,
    workers: context.workers,
    finish: recordFinisher({ declaration, config, context }),
  }
  const state = (now: StreamState): StreamMessage => ({ kind: 'state', state: stateJson(now, cursorField) })

  const batches = inParallel<readonly Task[], Batch>({
    tasks: planLists({ name: declaration.name, list, api, config, progress, nowMs, log: context.log }),
    workers: context.workers,
    work: async (tasks, give) => {
      for (const task of tasks) await readList(reader, task, give)
    },
  })
  const due = new StateDue(context)
  try {
    for await (const { lines, written } of batches) {
      if (lines !== null) yield { kind: 'record lines', lines }
      written?.()
      due.add(lines?.count ?? 0)
      if (context.signal.aborted || (written !== null && due.isNow(progress.partitions)))
        yield state(progress.unfinished())
    }
  } catch (error) {
    // What was read before something broke need not be read again.
    yield state(progress.unfinished())
    throw error
  }
  yield state(progress.finished())
}

/** The last steps of a record: types by schema, the cursor as ISO 8601, and what is not to be shown. */
function recordFinisher({ declaration, config, context }: Omit<StreamRead, 'request'>) {
  const { cursorField, removedFields = [], secretFields = [], fields } = declaration
  const cast = recordCaster(fields)
  const hidden = config.showsAuthTokens ? [] : secretFields
  const finish = (record: TwilioRecord) => {
    cast(record)
    if (cursorField !== null) {
      const cursor = toCursor(record[cursorField])
      if (cursor !== null && cursor !== record[cursorField]) record[cursorField] = cursor
    }
    for (const field of removedFields) delete record[field]
    for (const field of hidden) if (typeof record[field] === 'string') record[field] = '********'
  }
  return (records: readonly TwilioRecord[]): RecordLines => {
    for (const record of records) finish(record)
    return recordLines(declaration.name, records, context.clock.now())
  }
}

/** When to write a state: often enough to lose little, seldom enough that states of many accounts do not weigh. */
class StateDue {
  readonly #clock: SourceContext['clock']
  #records = 0
  #sinceMs: number

  constructor({ clock }: SourceContext) {
    this.#clock = clock
    this.#sinceMs = clock.now()
  }

  add(records: number): void {
    this.#records += records
  }

  /** Whether it is time; if so, the next one is counted from here. */
  isNow(partitions: number): boolean {
    const nowMs = this.#clock.now()
    const isDue =
      this.#records >= Math.max(STATE_RECORDS, partitions * RECORDS_PER_PARTITION) ||
      // Empty windows count, too: a runner takes a source for dead that says nothing for long.
      nowMs - this.#sinceMs >= STATE_PERIOD_MS
    if (!isDue) return false
    this.#records = 0
    this.#sinceMs = nowMs
    return true
  }
}

const STATE_RECORDS = 10_000
/** A partition is some 100 bytes of a state, a record some 700. */
const RECORDS_PER_PARTITION = 20
const STATE_PERIOD_MS = 30_000
