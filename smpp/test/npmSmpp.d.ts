/** The part of the npm package `smpp` that the tests use; it comes without types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server } from 'node:net'

  export interface PDU {
    readonly command: string
    readonly command_status: number
    readonly sequence_number: number
    readonly [field: string]: unknown
    response(fields?: Fields): PDU
  }

  export type Fields = { readonly [field: string]: unknown }

  export interface Session extends EventEmitter {
    send(pdu: PDU): boolean
    close(): void
    destroy(): void
    bind_transceiver(fields: Fields, answered: (pdu: PDU) => void): boolean
    submit_sm(fields: Fields, answered: (pdu: PDU) => void): boolean
    submit_multi(fields: Fields, answered: (pdu: PDU) => void): boolean
    query_sm(fields: Fields, answered: (pdu: PDU) => void): boolean
    deliver_sm(fields: Fields, answered: (pdu: PDU) => void): boolean
    enquire_link(answered: (pdu: PDU) => void): boolean
    unbind(answered: (pdu: PDU) => void): boolean
  }

  const smpp: {
    connect(options: Fields, connected: () => void): Session
    createServer(options: Fields, listener: (session: Session) => void): Server
  }
  export default smpp
}
