import type { Receipt } from '../carrier.ts'
import { type Fields, listOf, messageIdOf, timeOf } from './fields.ts'
import { troubleOfStatus } from './metaErrors.ts'
import { errorOfStatus } from './readError.ts'
import type { WebhookUpdate } from './readWebhook.ts'

/**
 * One of `statuses`: `{ id, status, timestamp, errors }`. They come in any order and more than once; what is final stays.
 * Null: it is none that we know of.
 */
export function readStatus(
  { id, status, timestamp, errors }: Fields,
  { carrierId }: { readonly carrierId: string },
): WebhookUpdate | null {
  const carrierMessageId = messageIdOf(id)
  if (carrierMessageId === null) return null
  const doneAt = timeOf(timestamp)
  const receipt = (state: Receipt['state']): Receipt => {
    return { carrierId, carrierMessageId, state, errorCode: '0000', errorReason: null, doneAt }
  }
  switch (status) {
    case 'sent':
      return { kind: 'receipt', receipt: receipt('enroute') }
    case 'delivered':
      return { kind: 'receipt', receipt: receipt('delivered') }
    // A voice message that was played has been seen, too.
    case 'read':
    case 'played':
      return doneAt === null
        ? { kind: 'receipt', receipt: receipt('delivered') }
        : { kind: 'seen', receipt: receipt('delivered'), seen: { carrierId, carrierMessageId, at: doneAt } }
    case 'failed':
      return { kind: 'receipt', receipt: { ...receipt('undelivered'), ...failureOf(listOf(errors)) } }
    // The person deleted it, or Meta remarks on it: it was delivered all the same.
    case 'deleted':
    case 'warning':
      return { kind: 'idle' }
    default:
      return null
  }
}

function failureOf(errors: readonly unknown[]): Pick<Receipt, 'errorCode' | 'errorReason'> {
  const { code, reason } = troubleOfStatus(errorOfStatus(errors))
  return { errorCode: code.toString(16).padStart(4, '0'), errorReason: reason }
}
