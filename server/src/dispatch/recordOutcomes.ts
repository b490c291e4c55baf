import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { type FinalNews, writeChanges, writeChangesOfOpen } from '../messages/changeStatus.ts'
import { type Message, type MessageView, type SubmittedSegment, segmentFromRow } from '../messages/message.ts'
import { newestParts, SEGMENTS_OF } from '../messages/readMessages.ts'
import { isFinal } from '../messages/status.ts'
import type { Plan } from './planNext.ts'

/** What a plan needs once it is on disk, or could not be brought there. */
export interface RecordedPlan extends Plan {
  recorded(): void
}

/**
 * Records what became of submissions. Nobody waits for it, so it rides along with urgent work; what a crash loses of
 * it is found again as leases of a dead node.
 */
export function recordOutcomes(dependencies: {
  readonly finalNews: FinalNews
  readonly keep: (plans: readonly RecordedPlan[], error: unknown) => void
}): BatchStep<RecordedPlan> {
  return {
    name: 'record outcomes',
    urgent: false,
    async write(tx, plans) {
      insertSegments(
        tx,
        plans.flatMap(({ segments }) => segments),
      )
      const { finalNews } = dependencies
      const [owing, others] = byOwingNews(
        plans.map(({ message }) => message),
        finalNews,
      )
      writeChanges(tx, others)
      const announced = owing.length > 0 ? finalNews.announce(tx, await finish(tx, owing)) : null
      return () => {
        for (const plan of plans) plan.recorded()
        announced?.()
      }
    },
    failed: dependencies.keep,
  }
}

function byOwingNews(messages: readonly Message[], finalNews: FinalNews): [Message[], Message[]] {
  const { owing = [], others = [] } = Object.groupBy(messages, (message) =>
    isFinal(message.status) && finalNews.isOwed(message) ? 'owing' : 'others',
  )
  return [owing, others]
}

/** Those that were open until now: a receipt may have made one final a moment ago, and its callback is owed already. */
async function finish(tx: Transaction, messages: readonly Message[]): Promise<MessageView[]> {
  const moved = await writeChangesOfOpen(tx, messages)
  const finished = messages.filter(({ id }) => moved.has(id))
  const rows = await tx.all(SEGMENTS_OF, [JSON.stringify(finished.map(({ id }) => [id]))])
  const segments = Map.groupBy(rows.map(segmentFromRow), ({ messageId }) => messageId)
  return finished.map((message) => ({ message, parts: newestParts(segments.get(message.id) ?? []) }))
}

function insertSegments(tx: Transaction, segments: readonly SubmittedSegment[]): void {
  if (segments.length > 0) tx.run(INSERT, [JSON.stringify(segments.map(rowOf))])
}

/** A try may be recorded twice when the answer of a commit was lost; the second time changes nothing. */
const INSERT = `
insert into segments (message_id, submission, number, carrier_id, carrier_message_id, status, error_code, error_reason,
  submitted_at, done_at)
select value->>0, cast(value->>1 as integer), cast(value->>2 as integer), value->>3, value->>4, value->>5, value->>6,
  value->>7, cast(value->>8 as bigint), cast(value->>9 as bigint) from rows($1) where true
on conflict (message_id, submission, number) do nothing`

function rowOf(segment: SubmittedSegment): unknown[] {
  return [
    segment.messageId,
    segment.submission,
    segment.number,
    segment.carrierId,
    segment.carrierMessageId,
    segment.status,
    segment.errorCode,
    segment.errorReason,
    segment.submittedAt,
    segment.doneAt,
  ]
}
