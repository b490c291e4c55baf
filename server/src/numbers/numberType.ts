import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { E164 } from './address.ts'

/** 'either': the plan does not tell mobile from landline, as in North America. 'other': freephone, VoIP, pager … */
export type PhoneNumberType = 'mobile' | 'landline' | 'either' | 'other' | 'unknown'

/** What a number's range is used for. 'unknown': not a valid number of its plan. A full parse of about 10 µs. */
export function numberTypeOf(number: E164): PhoneNumberType {
  switch (parsePhoneNumberFromString(number)?.getType()) {
    case undefined:
      return 'unknown'
    case 'MOBILE':
      return 'mobile'
    case 'FIXED_LINE':
      return 'landline'
    case 'FIXED_LINE_OR_MOBILE':
      return 'either'
    default:
      return 'other'
  }
}
