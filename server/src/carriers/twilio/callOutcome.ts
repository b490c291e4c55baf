import type { SubmitOutcome } from '../carrier.ts'
import type { ApiAnswer } from '../http/apiClient.ts'
import type { SubmitResult } from '../http/providerAccount.ts'
import { readAnswer } from './readAnswer.ts'
import { refusalOf } from './refusals.ts'

/** What became of the request for a call, and what that says of the account. */
export function resultOfCall(answer: ApiAnswer): SubmitResult {
  const outcome = outcomeOf(answer)
  const isAboutAccount = answer.kind === 'answered' && (answer.status === 401 || answer.status === 403)
  if (outcome.kind === 'unsent' || isAboutAccount) return { outcome, effect: 'down' }
  const isTooMuch = outcome.kind === 'refused' && outcome.retry === 'same carrier later'
  return { outcome, effect: isTooMuch ? 'pause' : 'none' }
}

function outcomeOf(answer: ApiAnswer): SubmitOutcome {
  switch (answer.kind) {
    case 'unsent':
      return answer
    case 'lost':
      return { kind: 'unknown', reason: answer.reason === 'timeout' ? 'timeout' : 'bind lost' }
    case 'answered': {
      const { status, body } = answer
      if (status < 300) return taken(readAnswer(body).sid)
      // A gateway gave up on the provider behind it, which may have taken the call.
      if (status === 502 || status === 504) return { kind: 'unknown', reason: 'timeout' }
      return { kind: 'refused', ...refusalOf(status, readAnswer(body).code) }
    }
  }
}

function taken(sid: string | null): SubmitOutcome {
  // The phone may ring, but by which name to ask for the call was lost.
  return sid === null || !isCallSid(sid)
    ? { kind: 'unknown', reason: 'bind lost' }
    : { kind: 'accepted', carrierMessageId: sid }
}

/** Twilio's are CA and 32 hexadecimal digits; others that speak its API have UUIDs. They become parts of paths. */
export function isCallSid(sid: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(sid)
}

/**
 * Why calls cannot be asked for, of an answer about the account or about a call; null: nothing speaks against it. Whoever
 * does not show accounts may still take calls.
 */
export function troubleOf(answer: ApiAnswer): string | null {
  if (answer.kind === 'unsent') return answer.reason
  if (answer.kind === 'lost') return answer.reason
  const { status, body } = answer
  const isTrouble = status === 401 || status === 403 || status >= 500 || (status >= 300 && status < 400)
  return isTrouble ? refusalOf(status, readAnswer(body).code).reason : null
}
