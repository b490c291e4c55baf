import type { Receipt } from '../carrier.ts'

/** The part of a receipt that a call's status decides. */
export type CallEnd = Pick<Receipt, 'state' | 'errorCode' | 'errorReason'>

/**
 * A call's status as Twilio writes it, in callbacks and in the call itself. A call that was answered and ended counts
 * as delivered: whether a person or an answering machine listened cannot be told. Null for a status that is none of Twilio's.
 * @param sipStatus the SIP status that a failed call ended with; null: Twilio does not tell
 */
export function readCallStatus(status: string, sipStatus: string | null): CallEnd | null {
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined
  if (known === undefined) return null
  const { state, errorCode, reason } = known
  if (reason === null) return { state, errorCode, errorReason: null }
  const sip = sipStatus !== null && /^[3-6]\d\d$/.test(sipStatus) ? ` (SIP ${sipStatus})` : ''
  return { state, errorCode, errorReason: reason + sip }
}

interface KnownStatus {
  readonly state: Receipt['state']
  readonly errorCode: string
  readonly reason: string | null
}

const UNDER_WAY: KnownStatus = { state: 'enroute', errorCode: '0000', reason: null }

const STATUSES: Readonly<Record<string, KnownStatus>> = {
  queued: UNDER_WAY,
  initiated: UNDER_WAY,
  ringing: UNDER_WAY,
  'in-progress': UNDER_WAY,
  completed: { state: 'delivered', errorCode: '0000', reason: null },
  busy: { state: 'undelivered', errorCode: '0b18', reason: 'the phone is busy' },
  'no-answer': { state: 'undelivered', errorCode: '0b19', reason: 'nobody answered the phone' },
  canceled: { state: 'undelivered', errorCode: '0b1a', reason: 'the call was canceled before it was answered' },
  failed: { state: 'undelivered', errorCode: '0b1b', reason: 'the call could not be connected' },
}
