import type { Database, Row, SqlValue } from '../../db/database.ts'
import type { DecisionMode, Evidence } from './decisions.ts'
import { RULES, type Rule } from './pumping.ts'

/** What the guard decided within an hour by one rule about one prefix. */
export interface Decision {
  readonly id: string
  readonly rule: Rule
  /** First digits of the numbers; empty: the whole account; '*': prefixes beyond those that are told apart in an hour. */
  readonly prefix: string
  readonly mode: DecisionMode
  /** For how many sends. */
  readonly sends: number
  readonly firstAt: number
  readonly lastAt: number
  readonly evidence: Evidence
}

export interface DecisionFilter {
  readonly rule?: Rule
  readonly mode?: DecisionMode
  readonly prefix?: string
  /** Epoch milliseconds: decisions that were made then or later. */
  readonly since?: number
}

/** The account's decisions, those of the newest cases first. `before` is the id to go on after. */
export async function readDecisions(
  db: Database,
  {
    accountId,
    filter,
    before,
    limit,
  }: {
    readonly accountId: string
    readonly filter: DecisionFilter
    readonly before: string | null // null: from the top
    readonly limit: number
  },
): Promise<Decision[]> {
  const params: SqlValue[] = [accountId, limit]
  const where = ['account_id = $1']
  for (const [condition, value] of [
    ['rule =', filter.rule],
    ['mode =', filter.mode],
    ['prefix =', filter.prefix],
    ['last_at >=', filter.since],
    ['id <', before ?? undefined],
  ] as const) {
    if (value !== undefined) where.push(`${condition} $${params.push(value)}`)
  }
  const rows = await db.read(
    `select id, rule, prefix, mode, sends, first_at, last_at, evidence from otp_guard_decisions
where ${where.join(' and ')} order by id desc limit $2`,
    params,
  )
  return rows.map(decisionFromRow)
}

/** Rows are our own, so they are trusted. */
function decisionFromRow(row: Row): Decision {
  return {
    id: String(row.id),
    rule: RULES.find((rule) => rule === row.rule) ?? 'unverified',
    prefix: String(row.prefix),
    mode: row.mode === 'enforce' ? 'enforce' : 'shadow',
    sends: Number(row.sends),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    evidence: JSON.parse(String(row.evidence)),
  }
}
