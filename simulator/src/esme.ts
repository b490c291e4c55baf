import type { Socket } from 'node:net'
import { type AnsweredRequest, type BindPdu, encodePdu, type PduOf } from '@heliograph/smpp/pdu'
import { type SessionOptions, SmppSession } from '@heliograph/smpp/session'
import { CommandStatus } from '@heliograph/smpp/status'
import type { Account } from './account.ts'
import type { MessageCentre, SubmitReply } from './messageCentre.ts'
import { messageStates } from './messageState.ts'
import type { CloseMoment } from './outcome.ts'
import { formatSmppTime } from './smppTime.ts'
import { submitToAll } from './submitToAll.ts'

export interface EsmeOptions {
  readonly centre: MessageCentre
  readonly session: SessionOptions
  /** The account that this bind may use, or the command_status that refuses it. */
  admit(bind: BindPdu): Account | number
  closed(esme: Esme): void
}

type SubmitRequest = PduOf<'submit_sm' | 'data_sm'>

/**
 * One client's connection. Opened over a plain socket rather than through a listener of the smpp package, because some
 * outcomes break the connection in ways that no session does by itself.
 */
export class Esme {
  readonly #socket: Socket
  readonly #options: EsmeOptions
  readonly #session: SmppSession
  #bind: { readonly account: Account; readonly command: BindPdu['command'] } | null = null // null: not bound

  constructor(socket: Socket, options: EsmeOptions) {
    this.#socket = socket
    this.#options = options
    this.#session = new SmppSession(socket, options.session, {
      request: (pdu) => this.#answer(pdu),
      closed: () => {
        this.#bind?.account.removeReceiver(this.#session)
        options.closed(this)
      },
    })
  }

  get bound(): boolean {
    return this.#bind !== null
  }

  destroy(reason: string): void {
    this.#session.destroy(reason)
  }

  #answer(pdu: AnsweredRequest): void {
    switch (pdu.command) {
      case 'bind_transmitter':
      case 'bind_receiver':
      case 'bind_transceiver':
        this.#admit(pdu)
        break
      case 'submit_sm':
      case 'data_sm':
      case 'submit_multi':
      case 'query_sm':
        this.#serve(pdu)
        break
      case 'cancel_sm':
        this.#session.respond(pdu, CommandStatus.ESME_RCANCELFAIL)
        break
      case 'replace_sm':
        this.#session.respond(pdu, CommandStatus.ESME_RREPLACEFAIL)
        break
      case 'deliver_sm':
        this.#session.respond(pdu, CommandStatus.ESME_RINVCMDID)
        break
      default:
        pdu satisfies never
    }
  }

  #admit(pdu: BindPdu): void {
    if (this.#bind) {
      this.#session.respond(pdu, CommandStatus.ESME_RALYBND)
      return
    }
    const account = this.#options.admit(pdu)
    if (typeof account === 'number') {
      this.#session.respond(pdu, account)
      return
    }
    this.#bind = { account, command: pdu.command }
    this.#session.respond(pdu, CommandStatus.ESME_ROK, { systemId: SMSC_NAME, tlvs: { scInterfaceVersion: 0x34 } })
    if (pdu.command !== 'bind_transmitter') account.addReceiver(this.#session)
  }

  /** What only a transmitter or transceiver may ask for. */
  #serve(pdu: SubmitRequest | PduOf<'submit_multi' | 'query_sm'>): void {
    const bind = this.#bind
    if (!bind || bind.command === 'bind_receiver') {
      this.#session.respond(pdu, CommandStatus.ESME_RINVBNDSTS)
    } else if (pdu.command === 'query_sm') {
      this.#tellState(pdu)
    } else if (pdu.command === 'submit_multi') {
      submitToAll(this.#options.centre, bind.account, pdu, {
        respond: (status, fields) => this.#session.respond(pdu, status, fields),
        close: (moment, messageId) => this.#close(pdu, moment, messageId),
      })
    } else if (pdu.command === 'data_sm') {
      this.#options.centre.submit(bind.account, { ...pdu, ...fieldsDataSmLacks }, this.#reply(pdu))
    } else {
      this.#options.centre.submit(bind.account, pdu, this.#reply(pdu))
    }
  }

  #reply(pdu: SubmitRequest): SubmitReply {
    return {
      respond: (commandStatus, messageId) => {
        if (commandStatus === CommandStatus.ESME_ROK) this.#session.respond(pdu, commandStatus, { messageId })
        else this.#session.respond(pdu, commandStatus)
      },
      close: (moment, messageId) => this.#close(pdu, moment, messageId),
    }
  }

  #tellState(pdu: PduOf<'query_sm'>): void {
    const record = this.#options.centre.find(pdu.messageId)
    if (!record || record.sourceAddr !== pdu.sourceAddr) {
      this.#session.respond(pdu, CommandStatus.ESME_RQUERYFAIL)
      return
    }
    this.#session.respond(pdu, CommandStatus.ESME_ROK, {
      messageId: pdu.messageId,
      finalDate: record.doneAt === null ? '' : formatSmppTime(record.doneAt),
      messageState: messageStates[record.state].value,
      errorCode: Number.parseInt(record.errorCode, 16) & 0xff,
    })
  }

  /** Breaks the connection on the next turn, so that what others were answered in this one still leaves. */
  #close(pdu: PduOf<'submit_sm' | 'data_sm' | 'submit_multi'>, moment: CloseMoment, messageId: string): void {
    setImmediate(() => {
      if (moment === 'half' && !this.#socket.destroyed) {
        const response = encodePdu({ command: `${pdu.command}_resp`, sequenceNumber: pdu.sequenceNumber, messageId })
        const half = response.subarray(0, response.length >> 1)
        this.#socket.end(half, () => this.destroy('outcome'))
      } else {
        this.destroy('outcome')
      }
    })
  }
}

const SMSC_NAME = 'simulator'

const fieldsDataSmLacks = {
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '',
  replaceIfPresentFlag: 0,
  smDefaultMsgId: 0,
  shortMessage: Buffer.alloc(0), // data_sm has only message_payload
}
