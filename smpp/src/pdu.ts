import type { AnsweredCommand, CommandName } from './commands.ts'
import type { Tlvs } from './tlvTable.ts'

export { decodePdu } from './decodePdu.ts'
export { encodePdu } from './encodePdu.ts'
export { PduError } from './pduError.ts'

/**
 * A decoded PDU of SMPP 3.4, told apart by `command`. Field names are the specification's in camel case; strings are
 * C-octet strings without their NUL, one character an octet (Latin-1).
 */
export type Pdu =
  | BindPdu
  | BindResponse
  | Outbind
  | SubmitSm
  | SubmitSmResponse
  | DeliverSm
  | DeliverSmResponse
  | SubmitMulti
  | SubmitMultiResponse
  | DataSm
  | DataSmResponse
  | QuerySm
  | QuerySmResponse
  | CancelSm
  | ReplaceSm
  | AlertNotification
  | HeaderOnlyPdu

export type PduOf<Command extends CommandName> = Extract<Pdu, { readonly command: Command }>

/** Requests that are to be answered; `session.respond` takes these. */
export type AnsweredRequest = PduOf<AnsweredCommand>
export type { AnsweredCommand } from './commands.ts'

/** Requests without an answer in SMPP 3.4. */
export type Notification = AlertNotification | Outbind
export type NotificationToSend = Sendable<Notification['command']>

export type ResponsePdu = PduOf<Extract<CommandName, `${string}_resp`> | 'generic_nack'>

/** What `session.request` sends: fields left out are 0 or empty, the session numbers it. */
export type RequestPdu = Sendable<AnsweredCommand>

/** What `encodePdu` takes: fields left out are 0 or empty. Every decoded Pdu fits. */
export type PduToSend = BodyToSend & { readonly sequenceNumber: number }

/** A PDU before it is numbered. */
export type BodyToSend = Sendable<CommandName> & { readonly commandStatus?: number }

/** The fields with which a request can be answered. */
export type ResponseFields<Command extends AnsweredCommand> = {
  [Each in Command]: Partial<Omit<PduOf<`${Each}_resp`>, keyof PduHeader | 'command'>>
}[Command]

export interface PduHeader {
  /** ESME_* of CommandStatus; always 0 in a request. */
  readonly commandStatus: number
  /** 1 to 0x7fffffff. */
  readonly sequenceNumber: number
}

export type BindPdu = Bind<'bind_receiver'> | Bind<'bind_transmitter'> | Bind<'bind_transceiver'>

export interface Bind<Command extends CommandName> extends PduHeader {
  readonly command: Command
  readonly systemId: string
  readonly password: string
  readonly systemType: string
  readonly interfaceVersion: number // 0x34 for SMPP 3.4
  readonly addrTon: number
  readonly addrNpi: number
  readonly addressRange: string
  readonly tlvs: Tlvs
}

export type BindResponse =
  | BindAnswer<'bind_receiver_resp'>
  | BindAnswer<'bind_transmitter_resp'>
  | BindAnswer<'bind_transceiver_resp'>

export interface BindAnswer<Command extends CommandName> extends PduHeader {
  readonly command: Command
  readonly systemId: string
  readonly tlvs: Tlvs
}

export interface Outbind extends PduHeader {
  readonly command: 'outbind'
  readonly systemId: string
  readonly password: string
}

/** The body that submit_sm and deliver_sm share, and submit_multi but for its destinations. */
export interface ShortMessageFields {
  readonly serviceType: string
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
  readonly esmClass: number
  readonly protocolId: number
  readonly priorityFlag: number
  readonly scheduleDeliveryTime: string // '' or 16 characters, section 7.1.1
  readonly validityPeriod: string // as above
  readonly registeredDelivery: number
  readonly replaceIfPresentFlag: number
  readonly dataCoding: number
  readonly smDefaultMsgId: number
  /** Up to 254 octets, with the user data header in front when esm_class has 0x40. May share memory with a read buffer. */
  readonly shortMessage: Buffer
  readonly tlvs: Tlvs
}

export interface SmeAddress {
  readonly destAddrTon: number
  readonly destAddrNpi: number
  readonly destinationAddr: string
}

export interface SubmitSm extends PduHeader, ShortMessageFields, SmeAddress {
  readonly command: 'submit_sm'
}

export interface SubmitSmResponse extends PduHeader {
  readonly command: 'submit_sm_resp'
  readonly messageId: string
  readonly tlvs: Tlvs
}

export interface DeliverSm extends PduHeader, ShortMessageFields, SmeAddress {
  readonly command: 'deliver_sm'
}

export interface DeliverSmResponse extends PduHeader {
  readonly command: 'deliver_sm_resp'
  readonly messageId: string // unused in SMPP 3.4, ''
  readonly tlvs: Tlvs
}

export type DestAddress = ({ readonly kind: 'sme' } & SmeAddress) | { readonly kind: 'list'; readonly dlName: string }

export interface SubmitMulti extends PduHeader, ShortMessageFields {
  readonly command: 'submit_multi'
  readonly destAddresses: readonly DestAddress[] // 1 to 254
}

export interface UnsuccessSme extends SmeAddress {
  readonly errorStatusCode: number
}

export interface SubmitMultiResponse extends PduHeader {
  readonly command: 'submit_multi_resp'
  readonly messageId: string
  readonly unsuccessSmes: readonly UnsuccessSme[]
  readonly tlvs: Tlvs
}

export interface DataSm extends PduHeader, SmeAddress {
  readonly command: 'data_sm'
  readonly serviceType: string
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
  readonly esmClass: number
  readonly registeredDelivery: number
  readonly dataCoding: number
  readonly tlvs: Tlvs
}

export interface DataSmResponse extends PduHeader {
  readonly command: 'data_sm_resp'
  readonly messageId: string
  readonly tlvs: Tlvs
}

export interface QuerySm extends PduHeader {
  readonly command: 'query_sm'
  readonly messageId: string
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
}

export interface QuerySmResponse extends PduHeader {
  readonly command: 'query_sm_resp'
  readonly messageId: string
  readonly finalDate: string
  readonly messageState: number
  readonly errorCode: number
}

export interface CancelSm extends PduHeader, SmeAddress {
  readonly command: 'cancel_sm'
  readonly serviceType: string
  readonly messageId: string
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
}

export interface ReplaceSm extends PduHeader {
  readonly command: 'replace_sm'
  readonly messageId: string
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
  readonly scheduleDeliveryTime: string
  readonly validityPeriod: string
  readonly registeredDelivery: number
  readonly smDefaultMsgId: number
  readonly shortMessage: Buffer
}

export interface AlertNotification extends PduHeader {
  readonly command: 'alert_notification'
  readonly sourceAddrTon: number
  readonly sourceAddrNpi: number
  readonly sourceAddr: string
  readonly esmeAddrTon: number
  readonly esmeAddrNpi: number
  readonly esmeAddr: string
  readonly tlvs: Tlvs
}

export type HeaderOnlyPdu =
  | HeaderOnly<'unbind'>
  | HeaderOnly<'unbind_resp'>
  | HeaderOnly<'enquire_link'>
  | HeaderOnly<'enquire_link_resp'>
  | HeaderOnly<'generic_nack'>
  | HeaderOnly<'cancel_sm_resp'>
  | HeaderOnly<'replace_sm_resp'>

export interface HeaderOnly<Command extends CommandName> extends PduHeader {
  readonly command: Command
}

type Sendable<Command extends CommandName> = {
  [Each in Command]: { readonly command: Each } & Partial<Omit<PduOf<Each>, 'command' | keyof PduHeader>>
}[Command]
