import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { writeChanges, writeChangesOfOpen } from '../messages/changeStatus.ts'
import type { MessageFollower } from '../messages/follower.ts'
import { type Message, type MessageView, type SubmittedSegment, segmentFromRow } from '../messages/message.ts'
import { newestParts, SEGMENTS_OF } from '../messages/readMessages.ts'
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
  readonly follower: MessageFollower
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
      const { follower } = dependencies
      const { followed = [], others = [] } = Object.groupBy(
        plans.map(({ message }) => message),
        (message) => (follower.follows(message) ? 'followed' : 'others'),
      )
      writeChanges(tx, others)
      const told = followed.length > 0 ? await follower.changed(tx, await moveFollowed(tx, followed)) : null
      return () => {
        for (const plan of plans) plan.recorded()
        told?.()
      }
    },
    failed: dependencies.keep,
  }
}

/** Those that were open until now: a receipt may have made one final a moment ago, and its follower knows already. */
async function moveFollowed(tx: Transaction, messages: readonly Message[]): Promise<MessageView[]> {
  const moved = await writeChangesOfOpen(tx, messages)
  const changed = messages.filter(({ id }) => moved.has(id))
  const rows = await tx.all(SEGMENTS_OF, [JSON.stringify(changed.map(({ id }) => [id]))])
  const segments = Map.groupBy(rows.map(segmentFromRow), ({ messageId }) => messageId)
  return changed.map((message) => ({ message, parts: newestParts(segments.get(message.id) ?? []) }))
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
