import assert from 'node:assert/strict'
import { type Findings, readBySchema } from '../src/config/readBySchema.ts'
import { readYaml } from '../src/config/readYaml.ts'
import type { Database } from '../src/db/database.ts'
import { createIds } from '../src/ids.ts'
import type { E164 } from '../src/numbers/address.ts'
import { GuardSettings } from '../src/otp/guard/config.ts'
import { createOtpGuard, type GuardedSend, type Verdict } from '../src/otp/guard/guard.ts'
import { FakeClock } from './fakeClock.ts'

/** The key `otp` of a configuration file, with the defaults for what is not given. */
export function guardSettings(given: object = {}): GuardSettings {
  const { root } = readYaml(JSON.stringify(given), {})
  const findings: Findings = { problems: [], paths: new WeakMap(), incompleteLists: new Set<string>() }
  const settings = readBySchema(GuardSettings, root, 'otp', findings)
  assert.deepEqual(findings.problems, [])
  return settings
}

/** One database for all tests of a suite, since each rig has an account of its own. */
export function openOnce(open: () => Promise<Database>): () => Promise<Database> {
  let opened: Promise<Database> | null = null // null: no test has asked yet
  return () => {
    opened ??= open()
    return opened
  }
}

let accounts = 0

/** A guard whose every call is a transaction of its own, at the time of its clock, for an account of its own. */
export function createGuardRig(
  db: Database,
  given: object = {},
  clock = new FakeClock(),
  account = `acme-${++accounts}`,
) {
  const settings = guardSettings(given)
  const guard = createOtpGuard({
    db,
    clock,
    newId: createIds(clock),
    settings,
    trouble: (error) => assert.fail(String(error)),
  })
  return {
    account,
    clock,
    guard,
    send: (numbers: readonly string[], more: Partial<GuardedSend> = {}) =>
      db.write((tx) =>
        guard.judgeSends(
          tx,
          numbers.map((number) => sendTo(number, clock.now(), { accountId: account, ...more })),
        ),
      ),
    judge: (numbers: readonly string[], accountId = account) =>
      db.write((tx) =>
        guard.judgeChecks(
          tx,
          numbers.map((number) => ({ accountId, number: e164(number), at: clock.now() })),
        ),
      ),
    record: (numbers: readonly string[], verified: boolean, accountId = account) =>
      db.write((tx) =>
        guard.recordChecks(
          tx,
          numbers.map((number) => ({ accountId, number: e164(number), at: clock.now(), verified })),
        ),
      ),
    decisions: (accountId = account) => guard.decisions({ accountId, filter: {}, before: null, limit: 500 }),
  }
}

function sendTo(number: string, at: number, more: Partial<GuardedSend> & Pick<GuardedSend, 'accountId'>): GuardedSend {
  const plain = { applicationId: 'login', number: e164(number), at, price: null, currency: null }
  return { ...plain, ...more }
}

/** The numbers of these tests are written as the parser would have left them. */
export function e164(number: string): E164 {
  assert.match(number, /^\+[1-9][0-9]{6,14}$/)
  return number as E164
}

/** 'a' for each that was allowed, 'r' for each refused. */
export function shown(verdicts: readonly Verdict[]): string {
  return verdicts.map(({ kind }) => kind.charAt(0)).join('')
}
