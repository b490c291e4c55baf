import type { Message } from '../messages/message.ts'
import type { ChatDetails } from './chat.ts'

/**
 * Why a step's message ended as it did. Providers that have codes of their own begin the reason with one in the wire's
 * form, `whatsapp::error::131049 text`; of all others the code is made of the channel and our 4 hex digits, `error`
 * where the carrier said it and `internal` where we did.
 */
export function detailsOf({ channel, errorCode, errorReason }: Message): ChatDetails {
  const own = errorReason === null ? null : /^([a-z]+::[a-z]+::[^\s:]+):? ?(.*)$/is.exec(errorReason)
  if (own !== null) {
    const [, code = '', text = ''] = own
    return { code, message: text === '' ? code : text }
  }
  const message = errorReason ?? 'no reason was given'
  if (errorCode === null) return { code: `${channel}::internal::noReceipt`, message }
  return { code: `${channel}::${isOurs(errorCode) ? 'internal' : 'error'}::${errorCode}`, message }
}

/** 0b00–0bff are no carrier's: no route, opted out, validity over. */
function isOurs(errorCode: string): boolean {
  return errorCode.startsWith('0b')
}
