import type { Transaction } from '../db/database.ts'
import type { AfterCommit, BatchStep } from '../db/groupCommit.ts'
import { inSlices } from '../inSlices.ts'
import type { MessageFollower } from './follower.ts'
import { hasKey, type KeyedEntry, writeOnce } from './idempotency.ts'
import { flag, type Message } from './message.ts'
import { isFinal } from './status.ts'

/** A message on its way into the store, and whom to tell. */
export interface Acceptance extends KeyedEntry {
  readonly message: Message
  /** The node that takes the message into memory at once; null: it waits in the table. */
  readonly leasedBy: string | null
  /** Called once the message is on disk. */
  accepted(message: Message): void
  failed(error: unknown): void
}

export type NewMessage = Pick<Acceptance, 'message' | 'leasedBy'>

/** Records new messages, a whole batch in one statement; what it gives back is to be called after the commit. */
export type WriteMessages = (tx: Transaction, entries: readonly NewMessage[]) => AfterCommit | Promise<AfterCommit>

/**
 * `dispatch` is given those that were leased to this node, so that they go out from memory without a claim; `follower`
 * hears of those that were born rejected.
 */
export function createMessageWriter({
  dispatch,
  follower,
}: {
  readonly dispatch: (messages: readonly Message[]) => void
  readonly follower: MessageFollower
}): WriteMessages {
  return (tx, entries) => {
    insertMessages(tx, entries)
    const dispatchLeased = () => {
      const leased = entries.filter((entry) => entry.leasedBy !== null)
      if (leased.length > 0) dispatch(leased.map((entry) => entry.message))
    }
    const rejected = entries.filter(({ message }) => isFinal(message.status) && follower.follows(message))
    return rejected.length === 0 ? dispatchLeased : tellOf(tx, rejected).then((told) => both(dispatchLeased, told))
  }

  async function tellOf(tx: Transaction, rejected: readonly NewMessage[]): Promise<AfterCommit> {
    return follower.changed(
      tx,
      rejected.map(({ message }) => ({ message, parts: [] })),
    )
  }
}

function both(first: AfterCommit, second: AfterCommit): AfterCommit {
  return () => {
    first()
    second()
  }
}

/** Records messages that somebody waits for, and tells each caller after the commit, before anything goes out. */
export function acceptMessages(writeMessages: WriteMessages): BatchStep<Acceptance> {
  const write = (tx: Transaction, entries: readonly Acceptance[]): AfterCommit | Promise<AfterCommit> => {
    const answer = () => inSlices(entries, (entry) => entry.accepted(entry.message))
    const written = writeMessages(tx, entries)
    return written instanceof Promise ? written.then((done) => both(answer, done)) : both(answer, written)
  }
  return {
    name: 'accept messages',
    urgent: true,
    write(tx, entries) {
      return entries.some(hasKey) ? writeOnce(tx, entries, write) : write(tx, entries)
    },
    failed(entries, error) {
      for (const entry of entries) entry.failed(error)
    },
  }
}

function insertMessages(tx: Transaction, entries: readonly NewMessage[]): void {
  tx.run(INSERT, [JSON.stringify(entries.map(rowOf))])
}

const INSERT = `
insert into messages (id, account_id, status, sender, recipient, body, encoding, parts, transcoding, flash, gateway,
  mccmnc, price, currency, price_effective_at, reference, conversion, callback_url, callback_method, accepted_at,
  scheduled_at, expires_at, updated_at, submissions, carrier_id, error_code, error_reason, in_doubt, due_at, leased_by,
  done_at, channel, origin, origin_id, content)
select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, cast(value->>7 as integer),
  value->>8, cast(value->>9 as integer), value->>10, value->>11, value->>12, value->>13, cast(value->>14 as bigint),
  value->>15, cast(value->>16 as integer), value->>17, value->>18, cast(value->>19 as bigint),
  cast(value->>20 as bigint), cast(value->>21 as bigint), cast(value->>22 as bigint), 0, value->>23, value->>24,
  value->>25, 0, cast(value->>26 as bigint), value->>27, cast(value->>28 as bigint),
  value->>29, value->>30, value->>31, value->>32
from rows($1)`

function rowOf({ message, leasedBy }: NewMessage): unknown[] {
  return [
    message.id,
    message.accountId,
    message.status,
    message.sender,
    message.recipient,
    message.body,
    message.encoding,
    message.parts,
    message.transcoding,
    flag(message.flash),
    message.gateway,
    message.mccmnc,
    message.price,
    message.currency,
    message.priceEffectiveAt,
    message.reference,
    flag(message.conversion),
    message.callbackUrl,
    message.callbackMethod,
    message.acceptedAt,
    message.scheduledAt,
    message.expiresAt,
    message.updatedAt,
    message.carrierId,
    message.errorCode,
    message.errorReason,
    message.dueAt,
    leasedBy,
    message.doneAt,
    message.channel,
    message.origin?.kind ?? null,
    message.origin?.id ?? null,
    message.content,
  ]
}
