import type { BatchStep } from '../db/groupCommit.ts'
import type { Message } from '../messages/message.ts'
import { markOpening } from './leases.ts'

/** Messages about to be handed to a carrier that must not see one twice. */
export interface OpeningMark {
  readonly messages: readonly Message[]
  opened(): void
  failed(): void
}

/** Brings the marks to disk before the first byte leaves, so that a restart knows which messages are in doubt. */
export function markOpenings(): BatchStep<OpeningMark> {
  return {
    name: 'mark openings',
    urgent: true,
    write(tx, marks) {
      markOpening(
        tx,
        marks.flatMap(({ messages }) => messages),
      )
      return () => {
        for (const mark of marks) mark.opened()
      }
    },
    failed(marks) {
      for (const mark of marks) mark.failed()
    },
  }
}
