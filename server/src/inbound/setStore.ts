import type { Row, Transaction } from '../db/database.ts'
import { keyText, type PartSet, type SetKey, type SetPart } from './partSet.ts'
import { PART_WAIT_MS, PartSets, type SetChanges } from './partSets.ts'

/** A key, and the numbers of the parts that arrived for it. */
export interface WantedSets {
  readonly key: SetKey
  readonly numbers: ReadonlySet<number>
}

/**
 * The sets of each key with the parts of the wanted numbers and those that came again lately, in the order of the
 * keys. On PostgreSQL the keys stay locked until the transaction ends, the ones without a set yet too, so that two
 * nodes cannot each begin half a message.
 */
export async function loadSets(
  tx: Transaction,
  wanted: readonly WantedSets[],
  { now, newId }: { now: number; newId: () => string },
): Promise<PartSets[]> {
  const keys = JSON.stringify(wanted.map(({ key }) => keyRow(key)))
  // In one order on all nodes, so that no two wait for each other.
  tx.run(LOCK_KEYS, [JSON.stringify(wanted.map(({ key }) => [keyText(key)]).toSorted())])
  const numbered = wanted.flatMap(({ key, numbers }) => [...numbers].map((number) => [...keyRow(key), number]))
  const [sets, parts, again] = await Promise.all([
    tx.all(FIND_SETS, [keys]),
    tx.all(FIND_PARTS, [JSON.stringify(numbered)]),
    tx.all(FIND_AGAIN, [keys, now - PART_WAIT_MS]),
  ])
  const byId = new Map(sets.map((row) => [String(row.id), setFromRow(row)]))
  for (const row of [...parts, ...again]) byId.get(String(row.set_id))?.parts.set(Number(row.number), partFromRow(row))
  const byKey = Map.groupBy(byId.values(), keyText)
  return wanted.map(({ key }) => new PartSets(key, byKey.get(keyText(key)) ?? [], newId))
}

const LOCK_KEYS = 'select 1 as one {pg:, pg_advisory_xact_lock(hashtextextended(value->>0, 0))} from rows($1)'

const KEY_ROWS = `value->>0 as v_sender, value->>1 as v_recipient, cast(value->>2 as integer) as v_reference,
  cast(value->>3 as integer) as v_bits, cast(value->>4 as integer) as v_total`

const SAME_KEY = `inbound_sets.sender = v.v_sender and inbound_sets.recipient = v.v_recipient
  and inbound_sets.reference = v.v_reference and inbound_sets.reference_bits = v.v_bits
  and inbound_sets.total = v.v_total and inbound_sets.due_at is not null`

const FIND_SETS = `
select inbound_sets.id, inbound_sets.sender, inbound_sets.recipient, inbound_sets.reference,
  inbound_sets.reference_bits, inbound_sets.total, inbound_sets.present, inbound_sets.opened_at, inbound_sets.due_at,
  inbound_sets.closed_at, inbound_sets.message_id
from (select ${KEY_ROWS} from rows($1)) as v
join inbound_sets on ${SAME_KEY}`

const PART_COLUMNS = `inbound_parts.set_id, inbound_parts.number, inbound_parts.carrier_id, inbound_parts.data_coding,
  inbound_parts.payload, inbound_parts.received_at, inbound_parts.late, inbound_parts.again_at`

const FIND_PARTS = `
select ${PART_COLUMNS}
from (select ${KEY_ROWS}, cast(value->>5 as integer) as v_number from rows($1)) as v
join inbound_sets on ${SAME_KEY}
join inbound_parts on inbound_parts.set_id = inbound_sets.id and inbound_parts.number = v.v_number`

const FIND_AGAIN = `
select ${PART_COLUMNS}
from (select ${KEY_ROWS} from rows($1)) as v
join inbound_sets on ${SAME_KEY} and inbound_sets.closed_at is not null
join inbound_parts on inbound_parts.set_id = inbound_sets.id
where inbound_parts.again_at > $2`

/** Writes what became of the sets of all keys. */
export function writeSets(tx: Transaction, changes: readonly SetChanges[]): void {
  const removed = changes.flatMap((change) => change.removed.map(({ set, number }) => [set.id, number]))
  if (removed.length > 0) tx.run(REMOVE_PARTS, [JSON.stringify(removed)])
  const sets = changes.flatMap((change) => [...change.sets].map(setRow))
  if (sets.length > 0) tx.run(WRITE_SETS, [JSON.stringify(sets)])
  const parts = changes.flatMap((change) => [...change.parts].map(([part, set]) => partRow(set, part)))
  if (parts.length > 0) tx.run(WRITE_PARTS, [JSON.stringify(parts)])
}

const REMOVE_PARTS = `
delete from inbound_parts where (set_id, number) in (select value->>0, cast(value->>1 as integer) from rows($1))`

const WRITE_SETS = `
insert into inbound_sets (id, sender, recipient, reference, reference_bits, total, present, opened_at, due_at,
  closed_at, message_id)
select value->>0, value->>1, value->>2, cast(value->>3 as integer), cast(value->>4 as integer),
  cast(value->>5 as integer), cast(value->>6 as integer), cast(value->>7 as bigint), cast(value->>8 as bigint),
  cast(value->>9 as bigint), value->>10
from rows($1) where true
on conflict (id) do update set present = excluded.present, due_at = excluded.due_at, closed_at = excluded.closed_at,
  message_id = excluded.message_id`

const WRITE_PARTS = `
insert into inbound_parts (set_id, number, carrier_id, data_coding, payload, received_at, late, again_at)
select value->>0, cast(value->>1 as integer), value->>2, cast(value->>3 as integer), value->>4,
  cast(value->>5 as bigint), cast(value->>6 as integer), cast(value->>7 as bigint)
from rows($1) where true
on conflict (set_id, number) do update set again_at = excluded.again_at`

/** The parts that each message is made of, by set and number. */
export async function readSetParts(tx: Transaction, setIds: readonly string[]): Promise<Map<string, SetPart[]>> {
  const rows = await tx.all(PARTS_OF_SETS, [JSON.stringify(setIds.map((id) => [id]))])
  const bySet = Map.groupBy(rows, (row) => String(row.set_id))
  return new Map([...bySet].map(([id, parts]) => [id, parts.map(partFromRow)]))
}

const PARTS_OF_SETS = `
select ${PART_COLUMNS} from (select value->>0 as v_set from rows($1)) as v
join inbound_parts on inbound_parts.set_id = v.v_set
where inbound_parts.late = 0
order by inbound_parts.set_id, inbound_parts.number`

function keyRow({ sender, recipient, reference, referenceBits, total }: SetKey): (string | number)[] {
  return [sender, recipient, reference, referenceBits, total]
}

/** Reads the key columns of a row of inbound_sets. */
export function keyFromRow(row: Row): SetKey {
  return {
    sender: String(row.sender),
    recipient: String(row.recipient),
    reference: Number(row.reference),
    referenceBits: Number(row.reference_bits),
    total: Number(row.total),
  }
}

function setFromRow(row: Row): PartSet {
  return {
    ...keyFromRow(row),
    id: String(row.id),
    present: Number(row.present),
    openedAt: Number(row.opened_at),
    dueAt: numberOrNull(row.due_at),
    closedAt: numberOrNull(row.closed_at),
    messageId: row.message_id == null ? null : String(row.message_id),
    parts: new Map(),
  }
}

function setRow(set: PartSet): unknown[] {
  return [set.id, ...keyRow(set), set.present, set.openedAt, set.dueAt, set.closedAt, set.messageId]
}

function partFromRow(row: Row): SetPart {
  return {
    number: Number(row.number),
    carrierId: String(row.carrier_id),
    dataCoding: Number(row.data_coding),
    payload: String(row.payload),
    receivedAt: Number(row.received_at),
    late: row.late === 1,
    againAt: numberOrNull(row.again_at),
  }
}

function partRow(set: PartSet, part: SetPart): unknown[] {
  const { number, carrierId, dataCoding, payload, receivedAt, late, againAt } = part
  return [set.id, number, carrierId, dataCoding, payload, receivedAt, late ? 1 : 0, againAt]
}

function numberOrNull(value: Row[string] | undefined): number | null {
  return value == null ? null : Number(value)
}
