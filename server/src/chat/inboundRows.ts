import type { InboundChat } from '../carriers/carrier.ts'
import type { Transaction } from '../db/database.ts'
import type { ChatInbound } from './chatInbound.ts'

/** Where a carrier's message came from, so that it is recognised when it comes again. */
export type InboundSource = Pick<InboundChat, 'carrierId' | 'carrierMessageId'>

export function insertInbound(tx: Transaction, messages: readonly ChatInbound[]): void {
  tx.run(INSERT, [JSON.stringify(messages.map((message) => rowOf(message, null)))])
}

/** Resolves with the ids of those that were not there yet. */
export async function insertNewInbound(
  tx: Transaction,
  arrived: readonly { readonly inbound: ChatInbound; readonly source: InboundSource }[],
): Promise<Set<string>> {
  const rows = arrived.map(({ inbound, source }) => rowOf(inbound, source))
  const inserted = await tx.all(`${INSERT} returning id`, [JSON.stringify(rows)])
  return new Set(inserted.map((row) => String(row.id)))
}

const INSERT = `
insert into chat_inbound (id, account_id, channel, sender, recipient, sent_at, recorded_at, content, sender_name,
  context_message_id, forwarded, carrier_id, carrier_message_id)
select value->>0, value->>1, value->>2, value->>3, value->>4, cast(value->>5 as bigint), cast(value->>6 as bigint),
  value->>7, value->>8, value->>9, cast(value->>10 as integer), value->>11, value->>12
from rows($1) where true
on conflict do nothing`

function rowOf(message: ChatInbound, source: InboundSource | null): unknown[] {
  return [
    message.id,
    message.accountId,
    message.channel,
    message.from,
    message.to,
    message.at,
    message.recordedAt,
    JSON.stringify(message.content),
    message.senderName,
    message.contextMessageId,
    message.forwarded ? 1 : 0,
    source?.carrierId ?? null,
    source?.carrierMessageId ?? null,
  ]
}

/** What media are kept under is known only once their message is. */
export function updateContents(tx: Transaction, messages: readonly Pick<ChatInbound, 'id' | 'content'>[]): void {
  tx.run(UPDATE, [JSON.stringify(messages.map(({ id, content }) => [id, JSON.stringify(content)]))])
}

const UPDATE = `
update chat_inbound set content = v.v_content
from (select value->>0 as v_id, value->>1 as v_content from rows($1)) as v where chat_inbound.id = v.v_id`

/** A carrier's message that an account may know. */
export type InboundContext = InboundSource & { readonly accountId: string }

/**
 * Our ids of what carriers call by theirs: messages that the account sent, by the chat they were sent for, and messages
 * that persons wrote to it. Another account may send from the same number.
 */
export async function findContexts(
  tx: Transaction,
  wanted: readonly InboundContext[],
): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map()
  const list = JSON.stringify(
    wanted.map(({ carrierId, carrierMessageId, accountId }) => [carrierId, carrierMessageId, accountId]),
  )
  const [sent, written] = await Promise.all([tx.all(FIND_SENT, [list]), tx.all(FIND_WRITTEN, [list])])
  return new Map(
    [...written, ...sent].map((row) => [
      contextKey({
        carrierId: String(row.carrier_id),
        carrierMessageId: String(row.theirs),
        accountId: String(row.account_id),
      }),
      String(row.ours),
    ]),
  )
}

export function contextKey({ carrierId, carrierMessageId, accountId }: InboundContext): string {
  return JSON.stringify([carrierId, carrierMessageId, accountId])
}

const FIND_SENT = `
select segments.carrier_id as carrier_id, segments.carrier_message_id as theirs, messages.account_id as account_id,
  messages.origin_id as ours
from (select value->>0 as v_carrier, value->>1 as v_id, value->>2 as v_account from rows($1)) as v
join segments on segments.carrier_id = v.v_carrier and segments.carrier_message_id = v.v_id
join messages on messages.id = segments.message_id
where messages.origin = 'chat' and messages.account_id = v.v_account order by messages.id`

const FIND_WRITTEN = `
select chat_inbound.carrier_id as carrier_id, chat_inbound.carrier_message_id as theirs,
  chat_inbound.account_id as account_id, chat_inbound.id as ours
from (select value->>0 as v_carrier, value->>1 as v_id, value->>2 as v_account from rows($1)) as v
join chat_inbound on chat_inbound.carrier_id = v.v_carrier and chat_inbound.carrier_message_id = v.v_id
  and chat_inbound.account_id = v.v_account`
