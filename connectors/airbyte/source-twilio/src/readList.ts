import type { Clock } from '@heliograph/airbyte-protocol/clock'
import { HttpStatusError } from '@heliograph/airbyte-protocol/httpStatusError'
import type { Log } from '@heliograph/airbyte-protocol/log'
import type { RecordLines } from '@heliograph/airbyte-protocol/recordLines'
import { ConfigError, TransientError } from '@heliograph/airbyte-protocol/source'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import type { TwilioConfig } from './config.ts'
import { giveChildren } from './giveChildren.ts'
import { isMissing } from './isMissing.ts'
import { isoDay, isoSecond, parseTime, toCursor } from './isoTime.ts'
import { listPages } from './listPages.ts'
import { isRead, isRefused } from './partitions.ts'
import type { Task } from './planLists.ts'
import { PAGE_KEYS_MAX, RecentKeys } from './recentKeys.ts'
import { isOutsideRetention } from './retention.ts'
import { DAY_MS, endOf, SECOND_MS, startOf, type Window } from './slices.ts'
import type { Position } from './state.ts'
import { accountsList } from './streams/accounts.ts'
import type { Children, StreamDeclaration, Windows } from './streams/declaration.ts'
import { firstPage, type TwilioApi } from './twilioApi.ts'

/** Records ready to be written. */
export interface Batch {
  readonly lines: RecordLines | null // null: none
  /** Moves the stream's state over what the batch ends; null: more of the page is to come. */
  readonly written: (() => void) | null
}

export interface ListReader {
  readonly declaration: StreamDeclaration
  readonly api: TwilioApi
  readonly config: TwilioConfig
  readonly log: Log
  readonly clock: Clock
  /** Gives records of the stream their final form. */
  readonly finish: (records: readonly TwilioRecord[]) => RecordLines
  readonly workers: number
}

export type Give = (batch: Batch) => Promise<void>

/** Reads one list, or one window of it, and gives its records page by page. */
export async function readList(reader: ListReader, task: Task, give: Give): Promise<void> {
  try {
    if (task.window === null) await readWhole(reader, task, give)
    else await readWindow(reader, task, give, task.window)
  } catch (error) {
    if (isMissing(error) && reader.declaration.list.under !== null) {
      reader.log.info(`${reader.declaration.name}: skipped ${task.partition.path}, which Twilio does not have`)
      await give({ lines: null, written: () => task.progress.read(task.window, { kind: 'end' }) })
    } else if (isRefused(error)) {
      throw refusal(reader, task, error)
    } else {
      throw error
    }
  }
}

interface Reading {
  readonly reader: ListReader
  readonly task: Task
  readonly window: Window | null
  readonly give: Give
  readonly seen: Seen
}

async function readWhole(reader: ListReader, task: Task, give: Give): Promise<void> {
  await readPages({ reader, task, window: null, give, seen: new Seen(reader.declaration, task.sharedKeys) })
}

/** Reads a window; where Twilio shows no more of it, it is cut and the rest read by itself. */
async function readWindow(reader: ListReader, task: Task, give: Give, whole: Window): Promise<void> {
  const recordsMax = reader.declaration.list.windows?.recordsMax ?? 0
  const keys = new RecentKeys(Math.max(PAGE_KEYS_MAX, 4 * recordsMax))
  const unread = [whole]
  for (let next = unread.pop(); next !== undefined; next = unread.pop()) {
    const window = await withoutForgotten(task, give, next)
    if (window === null) continue
    const seen = new Seen(reader.declaration, keys)
    try {
      await readPages({ reader, task, window, give, seen })
    } catch (error) {
      if (isOutsideRetention(error)) {
        const { log, clock } = reader
        task.retention.learn({ error, window, nowMs: clock.now(), what: shownName(reader, task), log })
        unread.push(window)
        continue
      }
      if (recordsMax === 0 || !isOverLimit(error)) throw error
      if (window.untilMs - window.fromMs <= SECOND_MS) {
        throw new TransientError(`${reader.declaration.name}: Twilio shows only some of ${isoSecond(window.fromMs)}`)
      }
      const { earlier, later } = task.progress.split(window, seen.cutMs(window))
      if (seen.hasAllSince(later.fromMs)) {
        const part = later
        await give({ lines: null, written: () => task.progress.read(part, { kind: 'end' }) })
      } else {
        unread.push(later)
      }
      unread.push(earlier)
    }
  }
}

/** What is left of a window by the retention of its list, what Twilio has forgotten being read. Null: nothing is. */
async function withoutForgotten(task: Task, give: Give, window: Window): Promise<Window | null> {
  const { sinceMs } = task.retention
  if (window.fromMs >= sinceMs) return window
  const isForgotten = window.untilMs <= sinceMs
  const { earlier, later } = isForgotten ? { earlier: window, later: null } : task.progress.split(window, sinceMs)
  await give({ lines: null, written: () => task.progress.read(earlier, { kind: 'end' }) })
  return later
}

type PageContent =
  | { readonly kind: 'own'; readonly lines: RecordLines }
  | { readonly kind: 'parents'; readonly parents: readonly TwilioRecord[]; readonly children: Children }

async function readPages(reading: Reading): Promise<void> {
  const { reader, task, window, give } = reading
  const { list, children } = reader.declaration
  const isResumed = task.position.kind === 'page' && window === task.window
  const pages = listPages(reader.api, {
    host: list.host,
    dataField: list.dataField,
    take: (records): PageContent => {
      const wanted = records.filter((record) => isWanted(reading, record))
      return children === null
        ? { kind: 'own', lines: reader.finish(wanted) }
        : { kind: 'parents', parents: wanted, children }
    },
    resumeAt: isResumed && task.position.kind === 'page' ? task.position.page : null,
    first: firstPage(task.partition.path, {
      PageSize: list.pageSize,
      ...task.partition.query,
      ...(window === null || list.windows === null ? {} : windowParameters(list.windows, window)),
    }),
  })
  for await (const { content, next } of pages) {
    const written = () => task.progress.read(window, positionAfter(next))
    if (content.kind === 'own') {
      await give({ lines: content.lines, written })
    } else {
      await giveChildren({ ...reader, children: content.children, give }, content.parents)
      await give({ lines: null, written })
    }
  }
}

/** Whether a record is of the window and was not shown before. */
function isWanted({ reader, task, window, seen }: Reading, record: TwilioRecord): boolean {
  const { list } = reader.declaration
  const { windows } = list
  if (list === accountsList && !isRead(record, reader.config)) return false
  if (windows === null || window === null) return seen.isNew(record)
  const time = toCursor(record[windows.timeField])
  if (time === null) return seen.isNew(record, task.sharedKeys)
  return seen.isWithin(window, time) && seen.isNew(record)
}

/** What a reading has been shown. */
class Seen {
  readonly #recordKey: readonly string[] | null
  readonly #keys: RecentKeys
  #bounds: { window: Window; from: string; until: string } | null = null
  #oldest: string | null = null
  #isNewestFirst = true

  constructor({ list }: StreamDeclaration, keys: RecentKeys) {
    this.#recordKey = list.recordKey
    this.#keys = keys
  }

  isNew(record: TwilioRecord, keys = this.#keys): boolean {
    const names = this.#recordKey
    if (names === null) return true
    return keys.add(names.length === 1 ? String(record[names[0] ?? '']) : names.map((name) => record[name]).join(' '))
  }

  isWithin(window: Window, time: string): boolean {
    if (this.#bounds?.window !== window) {
      this.#bounds = { window, from: isoSecond(window.fromMs), until: isoSecond(window.untilMs) }
    }
    if (this.#oldest !== null && time > this.#oldest) this.#isNewestFirst = false
    else this.#oldest = time
    return time >= this.#bounds.from && time < this.#bounds.until
  }

  /** Where to cut a window that was shown only in part: after the last second shown, or else in the middle. */
  cutMs({ fromMs, untilMs }: Window): number {
    const oldestMs = this.#oldest === null ? null : parseTime(this.#oldest)
    const cutMs = oldestMs === null ? untilMs : oldestMs + SECOND_MS
    return this.#isNewestFirst && cutMs > fromMs && cutMs < untilMs
      ? cutMs
      : endOf((fromMs + untilMs) / 2 - 1, SECOND_MS)
  }

  hasAllSince(timeMs: number): boolean {
    return this.#isNewestFirst && this.#oldest !== null && this.#oldest < isoSecond(timeMs)
  }
}

function windowParameters(windows: Windows, { fromMs, untilMs }: Window): Record<string, string> {
  const { fromParameter: from, untilParameter: until } = windows
  switch (windows.format) {
    case 'time':
      return { [from]: isoSecond(fromMs), [until]: isoSecond(untilMs) }
    case 'blank time':
      return { [from]: isoSecond(fromMs).replace('T', ' '), [until]: isoSecond(untilMs).replace('T', ' ') }
    case 'day':
      return { [from]: isoDay(fromMs), [until]: isoDay(startOf(untilMs - 1, DAY_MS) + DAY_MS) }
    case 'last day':
      return { [from]: isoDay(fromMs), [until]: isoDay(untilMs - 1) }
    default:
      return windows.format satisfies never
  }
}

function positionAfter(next: string | null): Position {
  return next === null ? { kind: 'end' } : { kind: 'page', page: next }
}

/** Twilio's words for it: "Invalid page and pageSize combination, data is limited to 10,000 results". */
function isOverLimit(error: unknown): boolean {
  if (!(error instanceof HttpStatusError) || error.status !== 400 || !isRecord(error.body)) return false
  return /limited to [\d,]+ results/.test(String(error.body.message))
}

function refusal(reader: ListReader, task: Task, error: HttpStatusError): ConfigError {
  const { config } = reader
  const isKey = config.user.startsWith('SK')
  const advice =
    isKey && config.readsSubaccounts
      ? 'API keys reach their own account only: set sync_subaccounts to false, or use the auth token'
      : isKey
        ? 'The API key may not read this: use a main key, or the auth token'
        : 'Check the account SID and the auth token'
  return new ConfigError(`Twilio refuses to show ${shownName(reader, task)} (status ${error.status}). ${advice}.`, {
    cause: error,
  })
}

/** `messages of AC…` */
function shownName({ declaration }: ListReader, { partition }: Task): string {
  const { account_sid: sid } = partition.key
  return sid === undefined ? declaration.name : `${declaration.name} of ${sid}`
}
