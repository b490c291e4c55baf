import type { Database, Transaction } from '../db/database.ts'
import { flag, MESSAGE_COLUMNS, type Message, messageFromRow } from '../messages/message.ts'
import { OPEN_STATUSES_SQL } from '../messages/status.ts'

/** Takes due messages of one carrier for this node, oldest first. Skips rows that another node is taking. */
export async function claimMessages(
  db: Database,
  { carrierId, nodeId, now, limit }: { carrierId: string; nodeId: string; now: number; limit: number },
): Promise<Message[]> {
  const rows = await db.write((tx) => tx.all(CLAIM, [nodeId, carrierId, now, limit]))
  return rows.map(messageFromRow).sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || (a.id < b.id ? -1 : 1))
}

const CLAIM = `
update messages set leased_by = $1 where id in (
  select id from messages where carrier_id = $2 and due_at <= $3 and leased_by is null and status in (${OPEN_STATUSES_SQL})
  order by due_at limit $4 {pg:for update skip locked})
returning ${MESSAGE_COLUMNS}`

/**
 * Gives messages back that this node took and did not hand over; a mark that it was about to goes away. Those that
 * another node has meanwhile stay with it.
 */
export function handBack(
  tx: Transaction,
  { nodeId, messages }: { nodeId: string; messages: readonly Message[] },
): void {
  tx.run(HAND_BACK, [JSON.stringify(messages.map(({ id, inDoubt }) => [id, flag(inDoubt)])), nodeId])
}

const HAND_BACK = `
update messages set leased_by = null, in_doubt = v.v_doubt
from (select value->>0 as v_id, cast(value->>1 as integer) as v_doubt from rows($1)) as v
where messages.id = v.v_id and leased_by = $2`

/** Frees messages that are leased to this node without its knowing. */
export function freeStrays(tx: Transaction, messageIds: readonly string[]): void {
  tx.run('update messages set leased_by = null where id in (select value->>0 from rows($1))', [
    JSON.stringify(messageIds.map((id) => [id])),
  ])
}

/** Ids leased to this node that were due before a time; those it does not hold are strays. */
export async function leasedMessages(
  db: Database,
  { carrierId, nodeId, dueBefore }: { carrierId: string; nodeId: string; dueBefore: number },
): Promise<string[]> {
  const rows = await db.read('select id from messages where carrier_id = $1 and due_at <= $2 and leased_by = $3', [
    carrierId,
    dueBefore,
    nodeId,
  ])
  return rows.map((row) => String(row.id))
}

/** Carriers that some due row names: the configured ones, and those that were configured once. */
export async function carriersWithRows(db: Database): Promise<string[]> {
  const rows = await db.read(`
    with recursive carriers (carrier_id) as (
      select min(carrier_id) from messages where due_at is not null
      union all
      select (select min(carrier_id) from messages where due_at is not null and carrier_id > carriers.carrier_id)
      from carriers where carriers.carrier_id is not null)
    select carrier_id from carriers where carrier_id is not null`)
  return rows.map((row) => String(row.carrier_id))
}

/**
 * Frees what dead nodes held in memory. Where the carrier may see a message twice it is sent again, marked in doubt;
 * where it may not, only messages that were never handed over (not marked) are, and the rest waits for its receipt.
 * Returns how many are in doubt.
 */
export async function freeLeases(
  tx: Transaction,
  {
    carrierId,
    onDoubt,
    nodeIds,
    now,
  }: { carrierId: string; onDoubt: 'resend' | 'hold'; nodeIds: readonly string[]; now: number },
): Promise<number> {
  const nodes = JSON.stringify(nodeIds.map((id) => [id]))
  const rows = await tx.all(onDoubt === 'resend' ? FREE_TO_RESEND : FREE_OR_HOLD, [carrierId, nodes, now])
  return rows.filter((row) => row.in_doubt === 1).length
}

const FREE_TO_RESEND = `
update messages set leased_by = null, updated_at = $3,
  in_doubt = case when status = 'submitted' then in_doubt else 1 end
where carrier_id = $1 and due_at <= $3 and leased_by in (select value->>0 from rows($2))
returning in_doubt`

const FREE_OR_HOLD = `
update messages set leased_by = null, updated_at = $3,
  status = case when in_doubt = 1 then 'submitted' else status end,
  due_at = case when in_doubt = 1 then expires_at else due_at end
where carrier_id = $1 and due_at <= $3 and leased_by in (select value->>0 from rows($2))
returning in_doubt`

/**
 * Marks messages as about to be handed over to the carrier they name, which must not see one twice. That carrier is
 * recorded, too: it may stand in for another one, whose rule would be to send them again.
 */
export function markOpening(tx: Transaction, messages: readonly Message[]): void {
  tx.run(MARK_OPENING, [JSON.stringify(messages.map(({ id, carrierId }) => [id, carrierId]))])
}

const MARK_OPENING = `
update messages set in_doubt = 1, carrier_id = v.v_carrier
from (select value->>0 as v_id, value->>1 as v_carrier from rows($1)) as v where messages.id = v.v_id`
