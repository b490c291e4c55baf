import type { E164 } from '../numbers/address.ts'
import { numberTypeOf } from '../numbers/numberType.ts'
import type { OtpChannel, Via } from './otp.ts'

/** A number whose plan does not tell landlines from mobiles, as in North America, gets an SMS. */
export function channelFor(via: Via, number: E164): OtpChannel {
  if (via !== 'auto') return via
  return numberTypeOf(number) === 'landline' ? 'voice' : 'sms'
}
