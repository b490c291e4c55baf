import type { PduOf, ResponseFields, SmeAddress, UnsuccessSme } from '@heliograph/smpp/pdu'
import { CommandStatus } from '@heliograph/smpp/status'
import type { Account } from './account.ts'
import type { MessageCentre } from './messageCentre.ts'
import type { CloseMoment } from './outcome.ts'

export interface SubmitToAllReply {
  respond(commandStatus: number, fields: ResponseFields<'submit_multi'>): void
  close(moment: CloseMoment, messageId: string): void
}

/**
 * Submits a submit_multi to each of its destinations under one message id and answers once all of them are decided
 * (SMPP 3.4 section 4.5). There are no distribution lists here, so a destination that names one is refused.
 */
export function submitToAll(
  centre: MessageCentre,
  account: Account,
  pdu: PduOf<'submit_multi'>,
  reply: SubmitToAllReply,
): void {
  const { destAddresses, ...shared } = pdu
  if (destAddresses.some(({ kind }) => kind === 'list')) {
    reply.respond(CommandStatus.ESME_RINVDLNAME, {})
    return
  }
  const destinations = destAddresses.filter((address) => address.kind === 'sme')
  const id = centre.nextId()
  const unsuccessSmes: UnsuccessSme[] = []
  let messageId = ''
  let undecided = destinations.length
  const settle = (address: SmeAddress, errorStatusCode: number, acceptedId: string) => {
    if (errorStatusCode === CommandStatus.ESME_ROK) messageId = acceptedId
    else unsuccessSmes.push({ ...onlyAddress(address), errorStatusCode })
    undecided -= 1
    if (undecided === 0) reply.respond(CommandStatus.ESME_ROK, { messageId, unsuccessSmes })
  }
  for (const address of destinations) {
    const respond = (commandStatus: number, acceptedId: string) => settle(address, commandStatus, acceptedId)
    centre.submit(account, { ...shared, ...onlyAddress(address) }, { respond, close: reply.close }, id)
  }
}

function onlyAddress({ destAddrTon, destAddrNpi, destinationAddr }: SmeAddress): SmeAddress {
  return { destAddrTon, destAddrNpi, destinationAddr }
}
