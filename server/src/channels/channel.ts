import type { SubmitOutcome } from '../carriers/carrier.ts'
import type { Message } from '../messages/message.ts'

/** One try to hand a message to one carrier. */
export interface Submission {
  readonly message: Message
  /** 1 for the first try. */
  readonly number: number
  /** Part numbers that no carrier has yet; null: all of them. */
  readonly partsWanted: readonly number[] | null
  /** Some other part may be with a carrier that must not see it twice, so it is not wanted, and stays in doubt. */
  readonly doubtHeld: boolean
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
   * For carriers that must not see a message twice: records that these are about to be handed over to the carrier that
   * they name, then calls `opened`; after a crash they count as in doubt instead of being sent again.
   */
  opening(messages: readonly Message[], opened: () => void, failed: () => void): void
}
