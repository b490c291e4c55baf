import type { SubmitOutcome } from '../carriers/carrier.ts'
import type { Message } from '../messages/message.ts'

/** Brings messages to people; what dispatch hands them to. */
export interface Channel {
  /** Messages planned for this carrier that wait in memory. */
  waiting(carrierId: string): number
  /** Queues submissions and hands over what the carriers have room for. */
  send(submissions: readonly Submission[]): void
  /** A carrier may have room again. */
  carrierHasRoom(carrierId: string): void
  /** Moves what waits for a carrier that is down to one that is up, and drops what has expired meanwhile. */
  reconsider(): void
  /** While paused nothing new is handed to a carrier. */
  pause(paused: boolean): void
  /** Takes back all that no carrier has yet. */
  takeWaiting(): Submission[]
}

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
  | { readonly kind: 'unreadable' } // Its sealed text does not open.

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
