import type { Receipt } from '../carrier.ts'
import { isCallSid } from './callOutcome.ts'
import { readCallStatus } from './callStatus.ts'
import { readAnswer } from './readAnswer.ts'
import type { SignedForm } from './signature.ts'

/** What a status callback says; null: nothing that we could use. */
export function receiptOfCallback(carrierId: string, form: SignedForm): Receipt | null {
  const text = (name: string) => {
    const value = form[name]
    return typeof value === 'string' ? value : null
  }
  const sid = text('CallSid')
  const end = readCallStatus(text('CallStatus') ?? '', text('SipResponseCode'))
  if (sid === null || !isCallSid(sid) || end === null) return null
  return { carrierId, carrierMessageId: sid, ...end, doneAt: parseDate(text('Timestamp')) }
}

/** How a call ended, by its own page in the API; null: it has not, or the page is none. */
export function receiptOfCall(carrierId: string, callSid: string, body: string | null): Receipt | null {
  const { status, endTime } = readAnswer(body)
  const end = readCallStatus(status ?? '', null)
  if (end === null || end.state === 'enroute') return null
  return { carrierId, carrierMessageId: callSid, ...end, doneAt: parseDate(endTime) }
}

/** Twilio writes dates as mails do, "Tue, 31 Mar 2026 12:00:00 +0000". */
function parseDate(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}
