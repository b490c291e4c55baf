import type { E164 } from '../numbers/address.ts'
import type { Application } from './application.ts'
import { numberOfCaller } from './caller.ts'
import type { Sending } from './otpRows.ts'

/** Whom the phone shows a message or call to be from. */
export type ShownAs =
  | { readonly channel: 'sms'; readonly sender: string }
  | { readonly channel: 'voice'; readonly caller: E164 | null } // null: the provider's own number

/** What the channel uses of a request and its application; what only another channel would use counts for nothing. */
export function shownAs(
  { channel, sender, caller }: Pick<Sending, 'channel' | 'sender' | 'caller'>,
  application: Pick<Application, 'sender' | 'caller'>,
): ShownAs {
  return channel === 'voice'
    ? { channel, caller: numberOfCaller(caller ?? application.caller) }
    : { channel, sender: sender ?? application.sender }
}
