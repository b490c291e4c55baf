import type { Transaction } from '../db/database.ts'

/**
 * On PostgreSQL, lets one node at a time count sends and checks: from here to the end of its transaction. Limits would
 * not be exact otherwise, and with a lock on each row two nodes that send for one account and check for another would
 * wait for each other. So would two that hold OTPs first: whoever needs both takes its turn before any row.
 */
export function takeTurns(tx: Transaction): void {
  tx.run(TAKE_TURNS)
}

/** The number is a name: any that nothing else in the product uses. */
const TAKE_TURNS = 'select 1 {pg:from pg_advisory_xact_lock(4221)}'
