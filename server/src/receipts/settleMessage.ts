import type { Receipt } from '../carriers/carrier.ts'
import { applyChange } from '../messages/changeStatus.ts'
import { type Lifetimes, retentionMs } from '../messages/lifetimes.ts'
import type { Message, SubmittedSegment } from '../messages/message.ts'
import { newestParts } from '../messages/readMessages.ts'
import { isFinal, mayMove, statusOfParts } from '../messages/status.ts'
import { gsmErrorReason } from './gsmErrors.ts'

export interface News {
  readonly segment: SubmittedSegment
  readonly entry: { readonly receipt: Receipt; readonly receivedAt: number }
}

export interface Settled {
  readonly message: Message
  /** All segments of the message as they are now. */
  readonly segments: readonly SubmittedSegment[]
  /** Those that the news changed. */
  readonly changed: readonly SubmittedSegment[]
  /** 'touched': only the change time of the message is another, so that readers of changes see its parts. */
  readonly effect: 'final' | 'touched'
}

/**
 * What receipts mean for a message. Pure. The first word on a segment counts; the message is final once each of its
 * parts is, and what comes after that changes its parts only.
 */
export function settleMessage({
  message,
  segments,
  news,
  lifetimes,
}: {
  readonly message: Message
  readonly segments: readonly SubmittedSegment[]
  readonly news: readonly News[]
  readonly lifetimes: Lifetimes
}): Settled {
  const changed = new Map<string, SubmittedSegment>()
  for (const { segment, entry } of news) {
    if (!changed.has(keyOf(segment))) changed.set(keyOf(segment), withReceipt(segment, entry.receipt, entry.receivedAt))
  }
  const now = segments.map((segment) => changed.get(keyOf(segment)) ?? segment)
  const result = { segments: now, changed: [...changed.values()] }
  const at = Math.max(message.updatedAt, ...news.map(({ entry }) => entry.receivedAt))
  const parts = newestParts(now)
  const final = parts.length < message.parts ? null : statusOfParts(parts.map(({ status }) => status))
  if (final === null || isFinal(message.status) || !mayMove(message.status, final)) {
    return { ...result, message: { ...message, updatedAt: at }, effect: 'touched' }
  }
  const worst = parts.find(({ status }) => status === final)
  const change = {
    status: final,
    inDoubt: false,
    doneAt: Math.max(...parts.map(({ doneAt }) => doneAt ?? 0)),
    errorCode: worst?.errorCode ?? NO_ERROR,
    errorReason: worst?.errorReason ?? null,
    dueAt: at + retentionMs(message, lifetimes),
  }
  return { ...result, message: applyChange(message, change, at), effect: 'final' }
}

const NO_ERROR = '0000'

function keyOf({ submission, number }: SubmittedSegment): string {
  return `${submission}/${number}`
}

/** The carrier's clock may be wrong by hours or its zone unsaid, so a date that cannot be is replaced by our own. */
function withReceipt(segment: SubmittedSegment, receipt: Receipt, receivedAt: number): SubmittedSegment {
  if (receipt.state === 'enroute') return segment
  const { doneAt } = receipt
  const plausible = doneAt !== null && doneAt >= segment.submittedAt - CLOCK_SLACK_MS && doneAt <= receivedAt
  return {
    ...segment,
    status: receipt.state,
    errorCode: receipt.errorCode,
    errorReason: receipt.errorReason ?? (receipt.errorCode === NO_ERROR ? null : gsmErrorReason(receipt.errorCode)),
    doneAt: plausible ? Math.max(doneAt, segment.submittedAt) : receivedAt,
  }
}

/** Receipts give their dates in whole minutes. */
const CLOCK_SLACK_MS = 120_000
