import type { Transaction } from '../../db/database.ts'
import { maskNumber } from '../../log.ts'
import type { GuardedSend } from './guard.ts'
import type { Finding } from './pumping.ts'

/** A finding about one send, and what became of it. */
export interface Decided {
  readonly finding: Finding
  readonly send: GuardedSend
  readonly mode: DecisionMode
}

/** 'shadow': it was sent all the same. 'enforce': it was refused. */
export type DecisionMode = 'shadow' | 'enforce'

export interface Evidence {
  /** Those of the last send, with the thresholds that they passed. */
  readonly figures: Finding['evidence']
  /** Some of the numbers, masked. */
  readonly numbers: readonly string[]
}

/**
 * Adds decisions to the rows of their hour, one for each case (rule and prefix), so that an attack of a million sends
 * writes a few hundred: beyond CASES_MAX an account's other prefixes share a row for each rule.
 */
export async function recordDecisions(
  tx: Transaction,
  decided: readonly Decided[],
  newId: () => string,
): Promise<void> {
  const known = await readCases(tx, decided)
  const cases = new Map<string, CaseOfHour>()
  for (const one of decided) {
    const { send, finding } = one
    const ofHour = known.get(hourText(send.accountId, hourOf(send.at)))
    const own = caseText(one, finding.prefix)
    const isRoom = ofHour === undefined || ofHour.size < CASES_MAX || ofHour.has(own)
    const prefix = isRoom ? finding.prefix : OTHER_PREFIXES
    const key = isRoom ? own : caseText(one, prefix)
    ofHour?.add(key)
    cases.set(key, merge(cases.get(key), one, prefix))
  }
  tx.run(WRITE, [JSON.stringify([...cases.values()].map((one) => rowOf(one, newId())))])
}

const CASES_MAX = 200
const NUMBERS_MAX = 5
/** More than the table tells apart. */
export const OTHER_PREFIXES = '*'
const HOUR_MS = 3_600_000

function hourOf(at: number): number {
  return at - (at % HOUR_MS)
}

function hourText(accountId: string, hour: number): string {
  return JSON.stringify([accountId, hour])
}

function caseText({ finding: { rule, variant }, send: { accountId, at }, mode }: Decided, prefix: string): string {
  return JSON.stringify([accountId, hourOf(at), rule, variant, prefix, mode])
}

/** The cases that have rows, for every account and hour of the batch. */
async function readCases(tx: Transaction, decided: readonly Decided[]): Promise<Map<string, Set<string>>> {
  const hours = new Set(decided.map(({ send: { accountId, at } }) => hourText(accountId, hourOf(at))))
  const known = new Map([...hours].map((hour) => [hour, new Set<string>()]))
  for (const row of await tx.all(CASES, [`[${[...hours].join()}]`])) {
    const { account_id: accountId, hour, rule, variant, prefix, mode } = row
    known
      .get(hourText(String(accountId), Number(hour)))
      ?.add(JSON.stringify([accountId, hour, rule, variant, prefix, mode]))
  }
  return known
}

const CASES = `
select account_id, hour, rule, variant, prefix, mode
from (select value->>0 as v_account, cast(value->>1 as bigint) as v_hour from rows($1)) as v
join otp_guard_decisions on account_id = v.v_account and hour = v.v_hour`

/** What a batch adds to one row. */
interface CaseOfHour {
  readonly last: Decided
  readonly prefix: string
  readonly sends: number
  readonly firstAt: number
  readonly lastAt: number
  readonly numbers: ReadonlySet<string>
}

function merge(before: CaseOfHour | undefined, last: Decided, prefix: string): CaseOfHour {
  const { at, number } = last.send
  const numbers = before?.numbers ?? new Set()
  return {
    last,
    prefix,
    sends: (before?.sends ?? 0) + 1,
    firstAt: Math.min(before?.firstAt ?? at, at),
    lastAt: Math.max(before?.lastAt ?? at, at),
    numbers: numbers.size < NUMBERS_MAX ? new Set([...numbers, maskNumber(number)]) : numbers,
  }
}

function rowOf({ last, prefix, sends, firstAt, lastAt, numbers }: CaseOfHour, id: string): unknown[] {
  const { finding, send, mode } = last
  const evidence: Evidence = { figures: finding.evidence, numbers: [...numbers] }
  const { rule, variant } = finding
  const hour = hourOf(send.at)
  return [id, send.accountId, hour, rule, variant, prefix, mode, sends, firstAt, lastAt, JSON.stringify(evidence)]
}

const WRITE = `
insert into otp_guard_decisions (id, account_id, hour, rule, variant, prefix, mode, sends, first_at, last_at, evidence)
select value->>0, value->>1, cast(value->>2 as bigint), value->>3, value->>4, value->>5, value->>6,
  cast(value->>7 as bigint), cast(value->>8 as bigint), cast(value->>9 as bigint), value->>10
from rows($1) where true
on conflict (account_id, hour, rule, variant, prefix, mode) do update
set sends = otp_guard_decisions.sends + excluded.sends, evidence = excluded.evidence,
  last_at = case when excluded.last_at > otp_guard_decisions.last_at then excluded.last_at
    else otp_guard_decisions.last_at end`
