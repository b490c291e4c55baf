import { Problem } from '../../http/problem.ts'
import { refusalCodes } from '../../otp/refusal.ts'

/** What the descriptions of all endpoints of this API share. */
export const OTP = { tags: ['2FA'], security: [{ apikey: [] }, { apiKeyInQuery: [] }] }

export function unknownApplication(): never {
  throw new Problem(404, 'applicationId: this account has no such application', {
    code: refusalCodes.applicationUnknown,
  })
}

export function unknownOtp(): never {
  throw new Problem(404, 'otpId: this account has no such OTP', { code: refusalCodes.otpUnknown })
}

/** As ids are kept. What cannot be one is null, so that the store is not asked about all that may stand in a path. */
export function idOf(text: string): string | null {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null
}

/** The same of an application, which may also be called by the word default. */
export function applicationIdOf(text: string): string | null {
  return text.toLowerCase() === 'default' ? 'default' : idOf(text)
}
