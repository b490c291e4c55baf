import { countryOf } from '../../numbers/country.ts'
import type { Application } from '../../otp/application.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { Mistakes } from './mistakes.ts'
import type { SendWish } from './readOtp.ts'

/** Throws a 400 that names every parameter that the application does not allow. */
export function judgeByApplication({ number, pinLength, code }: SendWish, application: Application): void {
  const mistakes = new Mistakes()
  const { countries, nistProfile } = application
  if (countries !== null) {
    const country = countryOf(number)
    if (country === null || !countries.includes(country)) {
      const message = `must be of a country that the application allows: ${countries.join(', ')}`
      mistakes.add(refusalCodes.countryNotAllowed, 'number', message)
    }
  }
  if (nistProfile) {
    const tooShort = `must have at least ${NIST_CHARACTERS_MIN} characters: the application has the NIST profile`
    if (code !== null && code.length < NIST_CHARACTERS_MIN) mistakes.add(refusalCodes.nistProfile, 'otpCode', tooShort)
    if (pinLength !== null && pinLength < NIST_CHARACTERS_MIN) {
      const message = `must be at least ${NIST_CHARACTERS_MIN}: the application has the NIST profile`
      mistakes.add(refusalCodes.nistProfile, 'pinLength', message)
    }
  }
  if (mistakes.any) throw mistakes.problem()
}

/** NIST SP 800-63B §5.1.3.2: at least 20 bits, which are 6 decimal digits. */
const NIST_CHARACTERS_MIN = 6
