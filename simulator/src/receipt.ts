import type { RequestPdu, SubmitSm } from '@heliograph/smpp/pdu'
import { type MessageState, messageStates } from './messageState.ts'
import type { ReceiptPlan } from './outcome.ts'
import { formatReceiptTime } from './smppTime.ts'

export interface ReceiptFacts {
  /** As the receipt writes it. */
  readonly messageId: string
  readonly state: MessageState
  /** The word after `stat:`, null: the usual one. */
  readonly word: string | null
  readonly errorCode: string // four hexadecimal digits
  readonly submittedAt: number
  readonly doneAt: number
  readonly text: string
  readonly form: ReceiptPlan['form']
  readonly intermediateNotification: boolean
}

export type Addresses = Pick<
  SubmitSm,
  'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr' | 'destAddrTon' | 'destAddrNpi' | 'destinationAddr'
>

/** The deliver_sm that reports on a message, addressed back from its recipient to its sender. */
export function receiptPdu(addresses: Addresses, facts: ReceiptFacts): RequestPdu {
  return {
    command: 'deliver_sm',
    sourceAddrTon: addresses.destAddrTon,
    sourceAddrNpi: addresses.destAddrNpi,
    sourceAddr: addresses.destinationAddr,
    destAddrTon: addresses.sourceAddrTon,
    destAddrNpi: addresses.sourceAddrNpi,
    destinationAddr: addresses.sourceAddr,
    esmClass: facts.intermediateNotification ? ESM_INTERMEDIATE_NOTIFICATION : ESM_DELIVERY_RECEIPT,
    shortMessage: facts.form === 'tlvs' ? NO_TEXT : Buffer.from(receiptText(facts), 'latin1'),
    tlvs: facts.form === 'text' ? {} : receiptTlvs(facts),
  }
}

/** SMPP 3.4 section 5.2.12. */
const ESM_DELIVERY_RECEIPT = 0x04
const ESM_INTERMEDIATE_NOTIFICATION = 0x20
const NO_TEXT = Buffer.alloc(0)

/** SMPP 3.4 appendix B. `err:` has three characters, which most SMSCs use for a decimal number. */
function receiptText(facts: ReceiptFacts): string {
  const { messageId, state, submittedAt, doneAt } = facts
  const dlvrd = state === 'delivered' ? '001' : '000'
  const dates = `submit date:${formatReceiptTime(submittedAt)} done date:${formatReceiptTime(doneAt)}`
  const err = String(Number.parseInt(facts.errorCode, 16)).padStart(3, '0')
  const stat = `stat:${facts.word ?? messageStates[state].word} err:${err}`
  return `id:${messageId} sub:001 dlvrd:${dlvrd} ${dates} ${stat} text:${excerpt(facts.text)}`
}

/** The first 20 characters, with a dot for each that ASCII and the GSM alphabet write as different octets. */
function excerpt(text: string): string {
  return text.slice(0, 20).replace(/[^ !"#%&'()*+,\-./0-9:;<=>?A-Za-z]/g, '.')
}

function receiptTlvs({ messageId, state, errorCode }: ReceiptFacts) {
  const tlvs = { receiptedMessageId: messageId, messageState: messageStates[state].value }
  if (errorCode === '0000') return tlvs
  return { ...tlvs, networkErrorCode: { networkType: NETWORK_GSM, errorCode: Number.parseInt(errorCode, 16) } }
}

/** SMPP 3.4 section 5.3.2.31. */
const NETWORK_GSM = 3
