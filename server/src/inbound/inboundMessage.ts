import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { NumberOwner } from './owners.ts'

/** What a handset wrote to one of our numbers. Times are epoch milliseconds. */
export interface InboundMessage {
  readonly id: string
  readonly accountId: string // '': the number is nobody's
  /** The handset: E.164 where the carrier says so, else as it came. */
  readonly sender: string
  /** Our number, as its owner writes it. */
  readonly recipient: string
  /** With `<...>` at each gap. */
  readonly body: string
  /** The body is the user data in hex, because it is no text. */
  readonly bodyIsHex: boolean
  /** Parts the message has, missing ones included. */
  readonly size: number
  /** Parts that had not come when it was recorded. */
  readonly missing: number
  readonly mccmnc: string | null // null: the handset's network is not known
  /** The carrier that brought the first part. */
  readonly carrierId: string
  readonly dataCoding: number
  /** When the first part came. */
  readonly receivedAt: number
  /** When all was there, or no more was waited for. */
  readonly recordedAt: number
  readonly setId: string | null // null: a message of one part
}

/** What is told of one part. */
export interface InboundPartView {
  readonly number: number
  readonly receivedAt: number
}

/** A message that is being recorded, and whose it is. */
export interface ReceivedMessage {
  readonly message: InboundMessage
  /** Those that are there, by number. */
  readonly parts: readonly InboundPartView[]
  readonly owner: NumberOwner | null // null: nobody's
}

/** Writes the calls that new messages owe their owners, in the same transaction; makes them after the commit. */
export type AnnounceInbound = (tx: Transaction, received: readonly ReceivedMessage[]) => AfterCommit

export function insertInbound(tx: Transaction, messages: readonly InboundMessage[]): void {
  tx.run(INSERT, [JSON.stringify(messages.map(rowOf))])
}

const INSERT = `
insert into inbound_messages (id, account_id, sender, recipient, body, body_is_hex, size, missing, mccmnc, carrier_id,
  data_coding, received_at, recorded_at, set_id)
select value->>0, value->>1, value->>2, value->>3, value->>4, cast(value->>5 as integer), cast(value->>6 as integer),
  cast(value->>7 as integer), value->>8, value->>9, cast(value->>10 as integer), cast(value->>11 as bigint),
  cast(value->>12 as bigint), value->>13
from rows($1)`

function rowOf(message: InboundMessage): unknown[] {
  return [
    message.id,
    message.accountId,
    message.sender,
    message.recipient,
    message.body,
    message.bodyIsHex ? 1 : 0,
    message.size,
    message.missing,
    message.mccmnc,
    message.carrierId,
    message.dataCoding,
    message.receivedAt,
    message.recordedAt,
    message.setId,
  ]
}
