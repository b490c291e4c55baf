import type { SubmitSm } from '@heliograph/smpp/pdu'
import { CommandStatus } from '@heliograph/smpp/status'
import type { MessageState } from './messageState.ts'
import { parseSmppTime } from './smppTime.ts'

/** What the SMSC reads of a submit_sm; data_sm and each destination of a submit_multi are brought into this form. */
export type Submission = Omit<SubmitSm, 'command' | 'commandStatus' | 'sequenceNumber'>

export type SubmissionTimes =
  | { readonly kind: 'times'; readonly scheduledAt: number | null; readonly validUntil: number | null }
  | { readonly kind: 'malformed'; readonly commandStatus: number }

/** SMPP 3.4 sections 5.2.15 and 5.2.16: both are empty where the sender leaves it to the SMSC. */
export function readTimes({ scheduleDeliveryTime, validityPeriod }: Submission, now: number): SubmissionTimes {
  const scheduledAt = scheduleDeliveryTime === '' ? null : parseSmppTime(scheduleDeliveryTime, now)
  const validUntil = validityPeriod === '' ? null : parseSmppTime(validityPeriod, now)
  if (scheduledAt === null && scheduleDeliveryTime !== '') {
    return { kind: 'malformed', commandStatus: CommandStatus.ESME_RINVSCHED }
  }
  if (validUntil === null && validityPeriod !== '') {
    return { kind: 'malformed', commandStatus: CommandStatus.ESME_RINVEXPIRY }
  }
  return { kind: 'times', scheduledAt, validUntil }
}

/** SMPP 3.4 section 5.2.17, with SMPP 5.0's third choice of receipts for successes only. */
export function wantsFinal({ registeredDelivery }: Submission, state: MessageState): boolean {
  switch (registeredDelivery & FINAL_BITS) {
    case 1:
      return true
    case 2:
      return state !== 'delivered'
    case 3:
      return state === 'delivered'
    default:
      return false
  }
}

export function wantsIntermediate({ registeredDelivery }: Submission): boolean {
  return (registeredDelivery & INTERMEDIATE_BIT) !== 0
}

export function wantsAny({ registeredDelivery }: Submission): boolean {
  return (registeredDelivery & (FINAL_BITS | INTERMEDIATE_BIT)) !== 0
}

const FINAL_BITS = 0x03
const INTERMEDIATE_BIT = 0x10
