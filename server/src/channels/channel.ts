import type { SubmitOutcome } from '../carriers/carrier.ts'
import type { Message } from '../messages/message.ts'

/** One try to hand a message to one carrier. */
export interface Submission {
  readonly message: Message
  /** 1 for the first try. */
  readonly number: number
  /** Part numbers that no carrier has yet; null: all of them. */
  readonly partsWanted: readonly number[] | null
}

export type SubmissionOutcome =
  | {
      readonly kind: 'tried'
      readonly carrierId: string
      readonly at: number
      readonly segments: readonly SegmentOutcome[]
    }
  | { readonly kind: 'expired' } // Its validity ended before any carrier had room.
  | { readonly kind: 'no route' }

export interface SegmentOutcome {
  readonly number: number
  readonly outcome: SubmitOutcome
}

/** What a channel needs of dispatch. */
export interface ChannelEvents {
  outcome(submission: Submission, outcome: SubmissionOutcome): void
  /**
   * For carriers that must not see a message twice: records that these are about to be handed over, then calls
   * `opened`; after a crash they count as in doubt instead of being sent again.
   */
  opening(messages: readonly Message[], opened: () => void, failed: () => void): void
}
