import type { RetryAdvice } from '../carrier.ts'

/** Why a call was not taken, in our own numbers: 0b10 to 0b16, as docs/operate/voice.md lists them. */
export interface CallRefusal {
  readonly code: number
  readonly reason: string
  readonly retry: RetryAdvice
}

/**
 * What an answer other than success means for the call.
 *
 * 'never' is left to what is wrong with the number or with what we asked, which any carrier would find so; what this
 * account may not do, another carrier may do. The provider's own message stays out of the reason: it repeats numbers, and
 * may repeat the text.
 * @param status HTTP status, 300 or more
 * @param providerCode Twilio's five digits; null: it said none
 */
export function refusalOf(status: number, providerCode: number | null): CallRefusal {
  const { code, reason, retry } = kindOf(status, providerCode)
  return { code, retry, reason: `${reason} (${providerCode === null ? `HTTP ${status}` : providerCode})` }
}

function kindOf(status: number, providerCode: number | null): CallRefusal {
  if (status === 401 || status === 403) return ACCOUNT
  if (status === 429) return BUSY
  if (status >= 500) return BROKEN
  if (status < 400) return REDIRECT
  return (providerCode === null ? undefined : BY_CODE.get(providerCode)) ?? OTHER
}

const NUMBER: CallRefusal = { code: 0x0b10, reason: 'the number cannot be called', retry: 'never' }
const DESTINATION: CallRefusal = {
  code: 0x0b11,
  reason: 'the voice account may not call this number',
  retry: 'next carrier',
}
const CALLER: CallRefusal = { code: 0x0b12, reason: 'the caller is not allowed', retry: 'next carrier' }
const ACCOUNT: CallRefusal = {
  code: 0x0b13,
  reason: 'the voice provider does not accept the account',
  retry: 'next carrier',
}
const BUSY: CallRefusal = { code: 0x0b14, reason: 'too many calls for the voice provider', retry: 'same carrier later' }
const BROKEN: CallRefusal = { code: 0x0b15, reason: 'the voice provider is in trouble', retry: 'same carrier later' }
const REDIRECT: CallRefusal = { code: 0x0b15, reason: 'the voice provider points elsewhere', retry: 'next carrier' }
export const OTHER: CallRefusal = { code: 0x0b16, reason: 'the voice provider refused the call', retry: 'never' }

const BY_CODE: ReadonlyMap<number, CallRefusal> = new Map([
  ...listed(NUMBER, [13_224, 21_201, 21_202, 21_211, 21_214, 21_217, 21_221]),
  ...listed(DESTINATION, [13_225, 13_227, 21_203, 21_215, 21_216, 21_219]),
  ...listed(CALLER, [21_210, 21_212, 21_213]),
  ...listed(ACCOUNT, [10_001, 20_003, 20_005, 20_008]),
  ...listed(BUSY, [10_004, 20_429]),
])

function listed(refusal: CallRefusal, codes: readonly number[]): (readonly [number, CallRefusal])[] {
  return codes.map((code) => [code, refusal] as const)
}
