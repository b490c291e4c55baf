import type { Database, Row, Transaction } from '../db/database.ts'

/** One change of what a person wants of one of the customer's numbers. */
export interface OptOutChange {
  readonly id: string
  readonly accountId: string
  /** The customer's number that the person wrote to. */
  readonly sender: string
  /** The person's number. */
  readonly recipient: string
  readonly state: 'out' | 'in'
  readonly keyword: string
  /** The inbound message with the keyword. */
  readonly messageId: string
  readonly changedAt: number
}

/** Who is meant: a person, and a number of a customer. */
export type Pair = Pick<OptOutChange, 'accountId' | 'sender' | 'recipient'>

const COLUMNS = 'id, account_id, sender, recipient, state, keyword, message_id, changed_at'

/** The changes by which people are out now. */
export async function readWhoIsOut(db: Database): Promise<OptOutChange[]> {
  return (await db.read(WHO_IS_OUT)).map(changeFromRow)
}

const WHO_IS_OUT = `
select ${COLUMNS} from opt_outs as change
where state = 'out' and not exists (
  select 1 from opt_outs as later where later.account_id = change.account_id and later.sender = change.sender
    and later.recipient = change.recipient and later.id > change.id)`

export async function readChanges(db: Database, since: number): Promise<OptOutChange[]> {
  return (await db.read(CHANGED_SINCE, [since])).map(changeFromRow)
}

const CHANGED_SINCE = `select ${COLUMNS} from opt_outs where changed_at >= $1 order by id`

/** The change that holds for each pair, where there is any. */
export async function readNewest(tx: Transaction, pairs: readonly Pair[]): Promise<OptOutChange[]> {
  const rows = pairs.map(({ accountId, sender, recipient }) => [accountId, sender, recipient])
  return (await tx.all(NEWEST, [JSON.stringify(rows)])).map(changeFromRow)
}

const NEWEST = `
select opt_outs.id, account_id, sender, recipient, state, keyword, message_id, changed_at
from (select distinct value->>0 as v_account, value->>1 as v_sender, value->>2 as v_recipient from rows($1)) as v
join opt_outs on opt_outs.id = (
  select max(pair.id) from opt_outs as pair
  where pair.account_id = v.v_account and pair.sender = v.v_sender and pair.recipient = v.v_recipient)`

export function insertChanges(tx: Transaction, changes: readonly OptOutChange[]): void {
  tx.run(INSERT, [JSON.stringify(changes.map(rowOf))])
}

const INSERT = `
insert into opt_outs (id, account_id, sender, recipient, state, keyword, message_id, changed_at)
select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, cast(value->>7 as bigint)
from rows($1)`

function rowOf(change: OptOutChange): unknown[] {
  const { id, accountId, sender, recipient, state, keyword, messageId, changedAt } = change
  return [id, accountId, sender, recipient, state, keyword, messageId, changedAt]
}

/** Rows are our own, written by this module, so they are trusted. */
function changeFromRow(row: Row): OptOutChange {
  return {
    id: String(row.id),
    accountId: String(row.account_id),
    sender: String(row.sender),
    recipient: String(row.recipient),
    state: row.state === 'out' ? 'out' : 'in',
    keyword: String(row.keyword),
    messageId: String(row.message_id),
    changedAt: Number(row.changed_at),
  }
}

/** The account's changes, newest first. `before` is the id to go on after. */
export async function listOptOuts(
  db: Database,
  {
    accountId,
    sender,
    recipient,
    before,
    limit,
  }: {
    readonly accountId: string
    readonly sender: string | null // null: any
    readonly recipient: string | null // null: any
    readonly before: string | null // null: from the top
    readonly limit: number
  },
): Promise<OptOutChange[]> {
  const params = [accountId, limit]
  const where = ['account_id = $1']
  for (const [condition, value] of [
    ['sender =', sender],
    ['recipient =', recipient],
    ['id <', before],
  ] as const) {
    if (value !== null) where.push(`${condition} $${params.push(value)}`)
  }
  const rows = await db.read(
    `select ${COLUMNS} from opt_outs where ${where.join(' and ')} order by id desc limit $2`,
    params,
  )
  return rows.map(changeFromRow)
}
