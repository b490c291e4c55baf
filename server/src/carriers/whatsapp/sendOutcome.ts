import type { SubmitOutcome } from '../carrier.ts'
import type { ApiAnswer } from '../http/apiClient.ts'
import type { SubmitResult } from '../http/providerAccount.ts'
import { fieldsOf, listOf, messageIdOf, parseFields } from './fields.ts'
import { troubleOfAnswer } from './metaErrors.ts'
import { errorOfAnswer } from './readError.ts'

/** What became of a request to send, and what it says of the API beyond its message. */
export function resultOfSend(answer: ApiAnswer): SubmitResult {
  switch (answer.kind) {
    case 'unsent':
      return { outcome: answer, effect: 'down' }
    case 'lost':
      return {
        outcome: { kind: 'unknown', reason: answer.reason === 'timeout' ? 'timeout' : 'bind lost' },
        effect: 'none',
      }
    case 'answered': {
      const { status, body } = answer
      if (status < 300) return { outcome: taken(body), effect: 'none' }
      const error = errorOfAnswer(parseFields(body))
      // A gateway gave up on the API behind it, which may have taken the message.
      if (error === null && (status === 502 || status === 504)) {
        return { outcome: { kind: 'unknown', reason: 'timeout' }, effect: 'none' }
      }
      const { effect, ...refusal } = troubleOfAnswer(status, error)
      return { outcome: { kind: 'refused', ...refusal }, effect }
    }
  }
}

function taken(body: string | null): SubmitOutcome {
  const [message] = listOf(parseFields(body).messages)
  const carrierMessageId = messageIdOf(fieldsOf(message).id)
  // The message goes out, but by which id its statuses come was lost.
  return carrierMessageId === null ? { kind: 'unknown', reason: 'bind lost' } : { kind: 'accepted', carrierMessageId }
}

/**
 * Why nothing can be sent, of an answer about the number; null: nothing speaks against it. A token that may send need
 * not be allowed to look at the number, so no other refusal counts.
 */
export function troubleOfProbe(answer: ApiAnswer): string | null {
  if (answer.kind !== 'answered') return answer.reason
  const { status, body } = answer
  if (status < 300) return null
  const { effect, reason } = troubleOfAnswer(status, errorOfAnswer(parseFields(body)))
  return effect === 'down' || status >= 500 || status < 400 ? reason : null
}
