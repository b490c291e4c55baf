import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { inSlices } from '../inSlices.ts'
import type { Message } from '../messages/message.ts'
import type { ResendResult } from './otp.ts'
import { insertEvents } from './otpEvents.ts'
import { type HeldOtp, holdOtps, otpAt, type StoredOtp, updateSendings } from './otpRows.ts'
import { judged, limited, type SendDependencies, sendEvent } from './sendOtps.ts'

/** Another message with the code of an OTP; `stored` is the OTP as it was read, with how it is sent this time. */
export interface ResendEntry {
  readonly stored: StoredOtp
  readonly message: Message
  answer(result: ResendResult): void
  failed(error: unknown): void
}

/**
 * Records messages for OTPs that are still active. The code was read before, so what matters is asked again under the
 * lock: a check, a deletion or the end of its time may have come between.
 */
export function resendOtps({ newId, guard, intake }: SendDependencies): BatchStep<ResendEntry> {
  return {
    name: 'resend OTPs',
    urgent: true,
    async write(tx, entries) {
      const results = await resultsNow(tx, entries)
      const wanted = entries.filter((entry) => results.get(entry)?.kind === 'resent')
      const verdicts = wanted.length === 0 ? [] : await guard.judgeSends(tx, wanted.map(judged))
      const allowed = wanted.filter((entry, index) => {
        const verdict = verdicts[index]
        if (verdict?.kind === 'refused') results.set(entry, limited(verdict))
        return verdict?.kind === 'allowed'
      })
      const written = allowed.length === 0 ? null : await record(tx, allowed)
      return () => {
        inSlices([...results], ([entry, result]) => entry.answer(result))
        written?.()
      }
    },
    failed(entries, error) {
      for (const entry of entries) entry.failed(error)
    },
  }

  function record(tx: Transaction, allowed: readonly ResendEntry[]) {
    updateSendings(tx, new Map(allowed.map(({ stored }) => [stored.otp.id, stored.sending])))
    insertEvents(
      tx,
      allowed.map((entry) => sendEvent(entry, newId())),
    )
    return intake.write(
      tx,
      allowed.map(({ message }) => message),
    )
  }
}

/** What each would be answered if the guard had nothing against it. */
async function resultsNow(tx: Transaction, entries: readonly ResendEntry[]): Promise<Map<ResendEntry, ResendResult>> {
  const held = await holdOtps(
    tx,
    entries.map(({ stored }) => stored.otp.id),
  )
  return new Map(entries.map((entry) => [entry, resultNow(entry, held.get(entry.stored.otp.id))]))
}

function resultNow({ message }: ResendEntry, found: HeldOtp | undefined): ResendResult {
  if (found === undefined) return { kind: 'unknown' }
  const otp = otpAt(found.otp, message.acceptedAt)
  return { kind: otp.status === 'active' && found.hasApplication ? 'resent' : 'over', otp }
}
