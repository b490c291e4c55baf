import type { BatchStep } from '../db/groupCommit.ts'
import { inSlices } from '../inSlices.ts'
import type { MessageIntake } from '../messages/intake.ts'
import type { Message } from '../messages/message.ts'
import { timesParts } from '../routing/findPrice.ts'
import type { OtpGuard, Verdict } from './guard/guard.ts'
import { type Limited, otpChannelOf, type SendResult } from './otp.ts'
import { insertEvents, type NewEvent } from './otpEvents.ts'
import { insertOtps, type StoredOtp } from './otpRows.ts'

/** A new OTP and the message that carries its code, on their way into the store. */
export interface SendEntry {
  readonly stored: StoredOtp
  readonly message: Message
  answer(result: SendResult): void
  failed(error: unknown): void
}

export interface SendDependencies {
  readonly newId: () => string
  readonly guard: Pick<OtpGuard, 'judgeSends'>
  readonly intake: Pick<MessageIntake, 'write'>
}

/** Records those that the guard allows, with their messages, in one transaction; what it refuses leaves no trace here. */
export function sendOtps({ newId, guard, intake }: SendDependencies): BatchStep<SendEntry> {
  return {
    name: 'send OTPs',
    urgent: true,
    async write(tx, entries) {
      const verdicts = await guard.judgeSends(tx, entries.map(judged))
      const allowed = entries.filter((_, index) => verdicts[index]?.kind === 'allowed')
      const answer = () => {
        const answers = new Map(entries.map((entry, index) => [entry, answerOf(entry, verdicts[index])]))
        inSlices([...answers], ([entry, result]) => entry.answer(result))
      }
      if (allowed.length === 0) return answer
      insertOtps(
        tx,
        allowed.map(({ stored }) => stored),
      )
      insertEvents(
        tx,
        allowed.map((entry) => sendEvent(entry, newId())),
      )
      const written = await intake.write(
        tx,
        allowed.map(({ message }) => message),
      )
      return () => {
        answer()
        written()
      }
    },
    failed(entries, error) {
      for (const entry of entries) entry.failed(error)
    },
  }
}

type Sent = Pick<SendEntry, 'stored' | 'message'>

/** What the guard is asked. What goes nowhere costs nothing. */
export function judged({ stored, message }: Sent): Parameters<OtpGuard['judgeSends']>[1][number] {
  const { accountId, applicationId, number } = stored.otp
  const { acceptedAt: at, status, price, parts, currency } = message
  const send = { accountId, applicationId, number, at }
  if (price === null || status === 'rejected') return { ...send, price: null, currency: null }
  return { ...send, price: timesParts(price, parts), currency }
}

export function sendEvent({ stored, message }: Sent, id: string): NewEvent {
  return {
    id,
    otpId: stored.otp.id,
    at: message.acceptedAt,
    kind: 'send',
    channel: otpChannelOf(message),
    outcome: message.status === 'rejected' ? 'failed' : 'success',
    text: stored.otp.status,
  }
}

function answerOf({ stored }: SendEntry, verdict: Verdict | undefined): SendResult {
  return verdict?.kind === 'refused' ? limited(verdict) : { kind: 'sent', otp: stored.otp }
}

export function limited({ code, reason, retryAfterMs }: Verdict & { kind: 'refused' }): Limited {
  return { kind: 'limited', code, reason, retryAfterMs }
}
