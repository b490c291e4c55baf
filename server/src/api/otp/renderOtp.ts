import type { Otp, OtpEvent } from '../../otp/otp.ts'
import type { OtpStatusEntity, StatusEvent } from './schema.ts'

export function renderOtp(otp: Otp): OtpStatusEntity {
  return {
    accountId: otp.accountId,
    applicationId: otp.applicationId,
    attemptCount: otp.attempts,
    created: otp.createdAt,
    expire: otp.expiresAt,
    number: otp.number,
    otpId: otp.id,
    otpStatus: STATUSES[otp.status],
    referenceId: otp.referenceId,
    timestampCreated: new Date(otp.createdAt).toISOString(),
    timestampExpire: new Date(otp.expiresAt).toISOString(),
  }
}

const STATUSES: Readonly<Record<Otp['status'], string>> = {
  active: 'ACTIVE',
  verified: 'VERIFIED',
  expired: 'EXPIRED',
  'too many attempts': 'TOO_MANY_ATTEMPTS',
}

export function renderEvent({ at, kind, channel, outcome, text }: OtpEvent): StatusEvent {
  return {
    created: at,
    status: outcome,
    statusText: text?.toUpperCase().replaceAll(' ', '_') ?? null,
    timestampCreated: new Date(at).toISOString(),
    type: kind.toUpperCase(),
    channel: channel?.toUpperCase() ?? null,
  }
}
