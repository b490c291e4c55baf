import type { Log } from '@heliograph/airbyte-protocol/log'
import type { TwilioConfig } from './config.ts'
import { credentialsRefused } from './credentialsRefused.ts'
import type { PartitionBefore, PartitionProgress, StreamProgress } from './cursors.ts'
import { isoSecond } from './isoTime.ts'
import { isRefused, type Partition, partitionsOf } from './partitions.ts'
import { PAGE_KEYS_MAX, RecentKeys } from './recentKeys.ts'
import { Retention } from './retention.ts'
import { DAY_MS, endOf, MINUTE_MS, SECOND_MS, slices, startOf, type Window } from './slices.ts'
import type { Position } from './state.ts'
import type { List, Windows } from './streams/declaration.ts'
import type { TwilioApi } from './twilioApi.ts'

/** A list to be read, or one window of it. */
export interface Task {
  readonly partition: Partition
  readonly progress: PartitionProgress
  readonly window: Window | null // null: the whole list
  readonly position: Position
  /**
   * Keys of records that other tasks might show, too: those without a time in any window of the partition, those that
   * move on in the next variant of the list.
   */
  readonly sharedKeys: RecentKeys
  /** The partition's. */
  readonly retention: Retention
}

export interface Plan {
  /** The stream's. */
  readonly name: string
  readonly list: List
  readonly api: TwilioApi
  readonly config: TwilioConfig
  readonly progress: StreamProgress
  /** When the sync began: nothing younger is read. */
  readonly nowMs: number
  readonly log: Log
}

/**
 * Up to where a list shows all there is. A clock here that is ahead of Twilio's does not move it: what Twilio sends after
 * its first answer was perhaps not read.
 */
export function settledMs({ list, api, nowMs }: Pick<Plan, 'list' | 'api' | 'nowMs'>): number {
  const firstAnswerMs = Math.min(nowMs, api.firstAnswerMs ?? nowMs)
  return startOf(firstAnswerMs - SETTLING_MS, unitOf(list.windows))
}

/**
 * What there is left to read of a stream, made as it is wanted: there may be many accounts and windows. Together are
 * tasks that are to be done one after the other.
 */
export async function* planLists(plan: Plan): AsyncGenerator<readonly Task[]> {
  try {
    yield* tasksOf(plan)
  } catch (error) {
    throw isRefused(error) ? credentialsRefused(plan.config, error) : error
  }
}

async function* tasksOf(plan: Plan): AsyncGenerator<readonly Task[]> {
  const { name, list, api, config, log } = plan
  let isCutTold = false
  for await (const partitions of partitionsOf(list, api, config)) {
    if (list.windows === null) {
      yield wholesOf(plan, partitions)
      continue
    }
    for (const partition of partitions) {
      const before = plan.progress.before(partition.key)
      const wished = stretchOf({ ...plan, windows: list.windows, partition, before })
      const stretch = shownPart(wished, list.windows, plan.nowMs)
      if (stretch.fromMs > wished.fromMs && !isCutTold) {
        // Users wonder where the records are that they see in no answer.
        log.info(`${name}: Twilio shows nothing older than ${isoSecond(stretch.fromMs)}; reading begins there`)
        isCutTold = true
      }
      const progress = plan.progress.begin(partition.key, { stretch, position: { kind: 'start' } })
      const ofPartition = {
        partition,
        progress,
        sharedKeys: new RecentKeys(SHARED_KEYS_MAX),
        retention: new Retention(),
      }
      for (const { window, position } of windowsOf({ stretch, before, windows: list.windows, config })) {
        progress.open(window, position)
        if (position.kind !== 'end') yield [{ ...ofPartition, window, position }]
      }
    }
  }
}

/** Lists without windows that belong together, but those that were read. */
function wholesOf({ progress }: Plan, partitions: readonly Partition[]): readonly Task[] {
  const sharedKeys = new RecentKeys(partitions.length > 1 ? SHARED_KEYS_MAX : PAGE_KEYS_MAX)
  const tasks = partitions.map((partition) => {
    const { position } = progress.before(partition.key)
    const begun = progress.begin(partition.key, { stretch: null, position })
    return { partition, progress: begun, window: null, position, sharedKeys, retention: new Retention() }
  })
  return tasks.filter(({ position }) => position.kind !== 'end')
}

/** From where to where a partition is to be read. */
function stretchOf(partition: {
  readonly windows: Windows
  readonly partition: Pick<Partition, 'createdMs'>
  readonly before: Pick<PartitionBefore, 'cursorMs' | 'isResumed'>
  readonly config: Pick<TwilioConfig, 'startMs' | 'lookbackMs'>
  readonly nowMs: number
}): Window {
  const { windows, before, config, nowMs } = partition
  const unitMs = unitOf(windows)
  const untilMs = endOf(nowMs, unitMs)
  // A sync that goes on has taken its lookback off the cursor already: again, and it might never get ahead.
  const lookbackMs = before.isResumed ? 0 : config.lookbackMs
  const wishedMs = before.cursorMs === null ? config.startMs : Math.max(config.startMs, before.cursorMs - lookbackMs)
  // An account has nothing older than itself, and for usage before it the API answers 404.
  const createdMs = partition.partition.createdMs ?? 0
  const fromMs = Math.max(startOf(wishedMs, unitMs), startOf(createdMs, DAY_MS))
  return { fromMs: Math.min(fromMs, untilMs), untilMs }
}

/** The part of a stretch that the API still shows. */
function shownPart(stretch: Window, windows: Windows, nowMs: number): Window {
  if (windows.retentionMs === null) return stretch
  return { ...stretch, fromMs: Math.max(stretch.fromMs, startOf(nowMs - windows.retentionMs, unitOf(windows))) }
}

function unitOf(windows: Windows | null): number {
  return windows?.isDaily === true ? DAY_MS : SECOND_MS
}

interface Stretch {
  readonly stretch: Window
  readonly before: Pick<PartitionBefore, 'ahead'>
  readonly windows: Windows
  readonly config: Pick<TwilioConfig, 'stepMs'>
}

/** The windows of a stretch, with those where an unfinished sync left them. Without gap, oldest first. */
export function* windowsOf(plan: Stretch): Generator<{ window: Window; position: Position }> {
  const { stretch, before, windows, config } = plan
  const isOfDays = windows.format === 'day' || windows.format === 'last day'
  const rule = { stepMs: config.stepMs, alignMs: isOfDays ? DAY_MS : SECOND_MS }
  const unread = function* (part: Window) {
    for (const window of slices(part, rule)) yield { window, position: { kind: 'start' } as const }
  }
  let { fromMs } = stretch
  for (const { position, ...window } of before.ahead.toSorted((one, other) => one.fromMs - other.fromMs)) {
    if (window.fromMs < fromMs || window.untilMs > stretch.untilMs) continue
    yield* unread({ fromMs, untilMs: window.fromMs })
    yield { window, position }
    fromMs = window.untilMs
  }
  yield* unread({ fromMs, untilMs: stretch.untilMs })
}

/** Lists may show a record a little after its time. */
const SETTLING_MS = MINUTE_MS
/** Beyond it a record that several lists or windows show may come twice in a sync. */
const SHARED_KEYS_MAX = 100_000
