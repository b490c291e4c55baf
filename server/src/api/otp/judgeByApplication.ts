import type { E164 } from '../../numbers/address.ts'
import { countryOf } from '../../numbers/country.ts'
import type { Application } from '../../otp/application.ts'
import { nistLimits } from '../../otp/applicationRules.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { Mistakes } from './mistakes.ts'
import type { SendWish } from './readOtp.ts'

/** Throws a 400 that names every parameter that the application does not allow. */
export function judgeByApplication({ number, pinLength, code }: SendWish, application: Application): void {
  const mistakes = new Mistakes()
  const { nistProfile } = application
  addCountry(number, application, mistakes)
  if (nistProfile) {
    const { pinLengthMin } = nistLimits
    const tooShort = `must have at least ${pinLengthMin} characters: the application has the NIST profile`
    if (code !== null && code.length < pinLengthMin) mistakes.add(refusalCodes.nistProfile, 'otpCode', tooShort)
    if (pinLength !== null && pinLength < pinLengthMin) {
      const message = `must be at least ${pinLengthMin}: the application has the NIST profile`
      mistakes.add(refusalCodes.nistProfile, 'pinLength', message)
    }
  }
  if (mistakes.any) throw mistakes.problem()
}

/** Throws a 400 where the application sends nothing to the number's country, which its customer may change at any time. */
export function judgeCountry(number: E164, application: Application): void {
  const mistakes = new Mistakes()
  addCountry(number, application, mistakes)
  if (mistakes.any) throw mistakes.problem()
}

function addCountry(number: E164, { countries }: Application, mistakes: Mistakes): void {
  if (countries === null) return
  const country = countryOf(number)
  if (country !== null && countries.includes(country)) return
  const message = `must be of a country that the application sends to; this is of ${country ?? 'none'}`
  mistakes.add(refusalCodes.countryNotAllowed, 'number', message)
}
