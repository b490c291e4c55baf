import { readDeliver } from '@heliograph/server/carriers/smpp/readDeliver'
import { parseReceiptText } from '@heliograph/server/carriers/smpp/receiptText'
import { smppSettings } from '@heliograph/server/carriers/smpp/settings'
import { decodePdu, encodePdu, type PduToSend } from '@heliograph/smpp/pdu'
import type { Parts } from './parts.ts'

/** PDUs to and from octets, and what receipts say. */
export function partsOfSmpp(): Parts {
  const settings = smppSettings({ id: 'c', type: 'smpp', host: '127.0.0.1', systemId: 'bench', password: 'bench' })
  const receiptOctets = encodePdu(receipt)
  const received = decodePdu(receiptOctets)
  if (received.command !== 'deliver_sm') throw new Error('a receipt is a deliver_sm')
  const submitOctets = encodePdu(submit)
  const responseOctets = encodePdu({ command: 'submit_sm_resp', sequenceNumber: 7, messageId: '2818099712345678' })
  return {
    'encodePdu, submit_sm': (count) => encodePdu({ ...submit, sequenceNumber: (count & 0xffff) + 1 }),
    'decodePdu, submit_sm': () => decodePdu(submitOctets),
    'decodePdu, submit_sm_resp': () => decodePdu(responseOctets),
    'decodePdu, deliver_sm with a receipt': () => decodePdu(receiptOctets),
    parseReceiptText: () => parseReceiptText(RECEIPT_TEXT),
    'readDeliver, receipt with text and TLVs': () => readDeliver(received, settings),
  }
}

const submit: PduToSend = {
  command: 'submit_sm',
  sequenceNumber: 7,
  sourceAddrTon: 5,
  sourceAddr: 'Heliograph',
  destAddrTon: 1,
  destAddrNpi: 1,
  destinationAddr: '4915112345678',
  validityPeriod: '000002000000000R',
  registeredDelivery: 1,
  shortMessage: Buffer.from('Your parcel arrives today between 10 and 12. Your code is 123456.'),
}

const RECEIPT_TEXT =
  'id:2818099712345678 sub:001 dlvrd:001 submit date:2611220101 done date:2611220102 stat:DELIVRD err:000 ' +
  'text:Your parcel arrives '

const receipt: PduToSend = {
  command: 'deliver_sm',
  sequenceNumber: 7,
  sourceAddrTon: 1,
  sourceAddrNpi: 1,
  sourceAddr: '4915112345678',
  destAddrTon: 5,
  destinationAddr: 'Heliograph',
  esmClass: 4,
  shortMessage: Buffer.from(RECEIPT_TEXT),
  tlvs: { receiptedMessageId: '2818099712345678', messageState: 2 },
}
