import type { MessageFollower } from '../messages/follower.ts'
import { isFinal } from '../messages/status.ts'
import { type OtpEvent, otpChannelOf } from './otp.ts'
import { insertEvents } from './otpEvents.ts'

/** Writes what becomes of the messages that carry codes to the events of their OTPs. */
export function otpFollower({ newId }: { readonly newId: () => string }): MessageFollower {
  return {
    follows: ({ origin }) => origin?.kind === 'otp',
    changed(tx, views) {
      const events = views.flatMap(({ message }) => {
        const { origin, status, updatedAt: at } = message
        if (origin === null) return []
        return [{ id: newId(), otpId: origin.id, at, channel: otpChannelOf(message), ...deliveryOf(status) }]
      })
      insertEvents(tx, events)
      return () => {}
    },
  }
}

/** Only a receipt is success; of a message that is on its way, or of which nobody said more, nothing is known. */
function deliveryOf(status: Parameters<typeof isFinal>[0]): Pick<OtpEvent, 'kind' | 'outcome' | 'text'> {
  if (status === 'delivered') return { kind: 'delivery', outcome: 'success', text: status }
  return { kind: 'delivery', outcome: isFinal(status) && status !== 'unknown' ? 'failed' : null, text: status }
}
