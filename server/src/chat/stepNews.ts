import type { Message } from '../messages/message.ts'
import type { StepFailure, StepNews } from './chain.ts'
import { detailsOf } from './details.ts'

/** What a message's status means for the step that it was sent for. Null: it is still being tried. */
export function stepNewsOf(message: Message): StepNews | null {
  switch (message.status) {
    case 'accepted':
    case 'queued':
      return null
    case 'submitted':
      return { kind: 'dispatched' }
    case 'delivered':
      return { kind: 'delivered' }
    case 'undelivered':
    case 'expired':
    case 'rejected':
    case 'unknown':
      return {
        kind: 'failed',
        state: failureOf(message),
        wasDispatched: message.submittedAt !== null,
        details: detailsOf(message),
      }
    default:
      return message.status satisfies never
  }
}

/** Only who has taken a message can fail to deliver it; before that, it was not dispatched. */
function failureOf({ status, submittedAt }: Message): StepFailure {
  if (status === 'unknown') return 'unknown'
  return status === 'undelivered' || submittedAt !== null ? 'failed' : 'dispatching_failed'
}

/** When it happened, as far as anybody said. */
export function happenedAt({ status, submittedAt, doneAt, updatedAt }: Message): number {
  return (status === 'submitted' ? submittedAt : doneAt) ?? updatedAt
}
