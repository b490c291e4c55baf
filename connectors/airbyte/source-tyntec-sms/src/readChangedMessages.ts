import type { Clock } from '@heliograph/airbyte-protocol/clock'
import { isObject } from '@heliograph/airbyte-protocol/isObject'
import type { Log } from '@heliograph/airbyte-protocol/log'
import { ConfigError, type StreamMessage } from '@heliograph/airbyte-protocol/source'
import type { Api } from './api.ts'
import { getMessagePage, PAGE_MESSAGES_MAX } from './messagePage.ts'

export interface MessageReader {
  readonly api: Api
  readonly log: Log
  readonly clock: Clock
}

export interface MessageRequest {
  readonly startDate: string | null // null: from the first message on
  /** What this stream yielded last; null: nothing yet. */
  readonly state: unknown
}

/**
 * Reads messages in the order of their last change, from where the state says up to now, and yields a state after each
 * page, which lies a minute back at least: a change may be committed late. Changes made meanwhile may come with this read
 * or with the next, on a server so busy that the end runs away.
 * @throws ConfigError for a state whose fields have other types.
 */
export async function* readChangedMessages(
  { api, log, clock }: MessageReader,
  { startDate, state }: MessageRequest,
): AsyncGenerator<StreamMessage> {
  let { cursor, updatedDate } = placeOf(state)
  let endMs: number | null = null
  let isLast = false
  while (!isLast) {
    const page = await getMessagePage(api, changesQuery({ cursor, updatedDate, startDate }))
    if (page === null) {
      if (endMs !== null) throw new Error('The server does not know the cursor that it has just given')
      log.warn('The server does not know the cursor of the state any more: reading on from the last change in it')
      cursor = null
      continue
    }
    endMs ??= page.listedUpToMs ?? clock.now()
    const seen = page.messages.at(-1)?.updatedDate
    if (typeof seen === 'string') updatedDate = seen
    cursor = page.next ?? cursor
    yield { kind: 'records', data: page.messages }
    yield { kind: 'state', state: stateOf({ cursor, updatedDate }, endMs - SETTLING_MS) }
    isLast = page.next === null || page.messages.length < PAGE_MESSAGES_MAX || Date.parse(updatedDate ?? '') > endMs
  }
}

interface Place {
  /** The server's own, which leaves out exactly what was read. */
  readonly cursor: string | null
  /** Of the last message read, should the cursor be lost: some may come again, none is left out. */
  readonly updatedDate: string | null
}

function placeOf(state: unknown): Place {
  const { cursor = null, updatedDate = null } = isObject(state) ? state : {}
  const isText = (value: unknown): value is string | null => value === null || typeof value === 'string'
  if (!isText(cursor) || !isText(updatedDate)) {
    throw new ConfigError('The state of messages cannot be used: cursor and updatedDate must be text')
  }
  if (updatedDate !== null && Number.isNaN(Date.parse(updatedDate))) {
    throw new ConfigError('The state of messages cannot be used: updatedDate must be a time')
  }
  return { cursor, updatedDate }
}

function stateOf({ cursor, updatedDate }: Place, settledMs: number): object {
  if (updatedDate !== null && Date.parse(updatedDate) > settledMs) {
    return { updatedDate: new Date(settledMs).toISOString() }
  }
  return { ...(updatedDate === null ? {} : { updatedDate }), ...(cursor === null ? {} : { cursor }) }
}

function changesQuery({ cursor, updatedDate, startDate }: Place & { readonly startDate: string | null }) {
  return {
    updatedSince: updatedDate ?? startDate ?? FIRST_MOMENT,
    ...(startDate === null ? {} : { acceptedSince: startDate }),
    ...(cursor === null ? {} : { cursor }),
  }
}

/** Longer than a commit takes that the store does not give up. */
const SETTLING_MS = 60_000
const FIRST_MOMENT = '1970-01-01T00:00:00Z'
