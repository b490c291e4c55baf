import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { waitFor } from './waitFor.ts'

/** A PDU as the npm package `smpp` gives it: the fields that the tests read. */
export interface PeerPdu {
  readonly command: string
  readonly command_status: number
  readonly sequence_number: number
  readonly message_id: string
  readonly esm_class: number
  readonly source_addr: string
  readonly destination_addr: string
  readonly data_coding: number
  readonly short_message: { readonly message: string | Buffer; readonly udh?: readonly Buffer[] }
  readonly receipted_message_id?: string
  readonly message_state?: number
  readonly network_error_code?: Buffer
  readonly final_date?: Date | string | null
  readonly unsuccess_sme?: readonly { readonly destination_addr: string; readonly error_status_code: number }[]
  response(fields?: Record<string, unknown>): PeerPdu
}

type Shortcut = (fields: Record<string, unknown>, answered: (pdu: PeerPdu) => void) => boolean

interface PeerSession extends EventEmitter, Record<Command, Shortcut> {
  send(pdu: PeerPdu): boolean
  destroy(): void
}

interface PeerLibrary {
  connect(options: { readonly host: string; readonly port: number }, connected: () => void): PeerSession
}

type Command =
  | 'bind_transceiver'
  | 'bind_transmitter'
  | 'bind_receiver'
  | 'submit_sm'
  | 'data_sm'
  | 'submit_multi'
  | 'query_sm'
  | 'cancel_sm'
  | 'unbind'
  | 'enquire_link'

const smpp: PeerLibrary = createRequire(import.meta.url)('smpp')

/** An ordinary client that is none of ours: the npm package `smpp` on one connection. */
export class TestEsme {
  /** Every deliver_sm that came, also those that were not answered. */
  readonly deliveries: PeerPdu[] = []
  /** What to answer a deliver_sm with, null: nothing. */
  deliverStatus: number | null = 0
  closed = false
  /** Names of what came, in order, for tests of the order. */
  readonly order: string[] = []
  readonly #session: PeerSession

  static async connect(port: number): Promise<TestEsme> {
    let esme: TestEsme | undefined
    const session = smpp.connect({ host: '127.0.0.1', port }, () => {
      esme = new TestEsme(session)
    })
    return waitFor('the connection', () => esme)
  }

  /** Connects and binds as a transceiver unless told otherwise. */
  static async bind(
    port: number,
    bind: { readonly systemId?: string; readonly command?: Command; readonly deliverStatus?: number | null } = {},
  ): Promise<TestEsme> {
    const { systemId = 'tester', command = 'bind_transceiver', deliverStatus = 0 } = bind
    const esme = await TestEsme.connect(port)
    esme.deliverStatus = deliverStatus
    const response = await esme.request(command, { system_id: systemId, password: 'secret' })
    if (response.command_status !== 0) throw new Error(`bind: ${response.command_status}`)
    return esme
  }

  private constructor(session: PeerSession) {
    this.#session = session
    session.on('close', () => {
      this.closed = true
    })
    // A broken connection is an outcome here; 'close' follows.
    session.on('error', () => {})
    session.on('pdu', (pdu: PeerPdu) => this.order.push(pdu.command))
    session.on('deliver_sm', (pdu: PeerPdu) => {
      this.deliveries.push(pdu)
      if (this.deliverStatus !== null) session.send(pdu.response({ command_status: this.deliverStatus }))
    })
  }

  async request(command: Command, fields: Record<string, unknown> = {}): Promise<PeerPdu> {
    let response: PeerPdu | undefined
    this.send(command, fields, (pdu) => {
      response = pdu
    })
    return waitFor(`the response to ${command}`, () => response)
  }

  /** As `request`, without waiting. */
  send(command: Command, fields: Record<string, unknown>, answered: (pdu: PeerPdu) => void = () => {}): void {
    this.#session[command](fields, answered)
  }

  submit(to: string, fields: Record<string, unknown> = {}): Promise<PeerPdu> {
    return this.request('submit_sm', submitFields(to, fields))
  }

  /** Resolves once so many deliver_sm came. */
  async delivered(count: number): Promise<readonly PeerPdu[]> {
    await waitFor(`${count} deliveries`, () => this.deliveries.length >= count)
    return this.deliveries
  }

  async untilClosed(): Promise<void> {
    await waitFor('the close', () => this.closed)
  }

  destroy(): void {
    this.#session.destroy()
  }
}

export function submitFields(to: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '4930123456',
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: to,
    registered_delivery: 1,
    short_message: 'Hello handset',
    ...fields,
  }
}

/** The fields of a receipt's text, by their names in SMPP 3.4 appendix B. */
export function receiptFields(pdu: PeerPdu): Record<string, string> {
  const text = String(pdu.short_message.message)
  const names = ['id', 'sub', 'dlvrd', 'submit date', 'done date', 'stat', 'err', 'text']
  return Object.fromEntries(
    names.map((name) => [
      name,
      new RegExp(`(?:^| )${name}:(${name === 'text' ? '.*' : '\\S*'})`).exec(text)?.[1] ?? '',
    ]),
  )
}
