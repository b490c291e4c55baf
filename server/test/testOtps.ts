import assert from 'node:assert/strict'
import type { Database } from '../src/db/database.ts'
import { createIds } from '../src/ids.ts'
import type { E164 } from '../src/numbers/address.ts'
import { parseNumber } from '../src/numbers/parseNumber.ts'
import { type Application, type ApplicationWish, createApplications } from '../src/otp/application.ts'
import { otpFollower } from '../src/otp/deliveryEvents.ts'
import type { OtpGuard } from '../src/otp/guard/guard.ts'
import type { Otp, OtpOrder } from '../src/otp/otp.ts'
import { createOtps } from '../src/otp/otps.ts'
import { createOtpSweeper } from '../src/otp/sweepOtps.ts'
import { FakeClock } from './fakeClock.ts'
import { START } from './sampleMessages.ts'
import { ScriptedCarrier } from './scriptedCarrier.ts'
import { createTestEngine } from './testEngine.ts'
import { createTestSealer } from './testSealer.ts'

export interface TestOtpsOptions {
  readonly db: Database
  readonly clock?: FakeClock
  readonly nodeId?: string
  readonly guard?: OtpGuard
  readonly carriers?: readonly ScriptedCarrier[]
}

export type TestOtps = ReturnType<typeof createTestOtps>

/** OTPs over a real engine on a fake clock, as one node has them; two with the same `db` are two nodes. */
export function createTestOtps(options: TestOtpsOptions) {
  const { db, clock = new FakeClock(START), guard = allowAll, nodeId = 'node-1' } = options
  const carriers = options.carriers ?? [new ScriptedCarrier('carrier')]
  const newId = createIds(clock)
  const sealer = createTestSealer()
  const engine = createTestEngine({ db, carriers, clock, nodeId, sealer, follower: otpFollower({ newId }) })
  const { commits, intake } = engine
  const applications = createApplications({ db, clock, newId })
  const troubles: unknown[] = []
  const otps = createOtps({ db, clock, newId, commits, intake, guard, applications, sealer })
  return {
    ...engine,
    carriers,
    applications,
    troubles,
    otps,
    sweeper: createOtpSweeper({ db, clock, newId, trouble: (error) => troubles.push(error) }),

    application: (wish: ApplicationWish = {}): Promise<Application> => applications.create('acme', wish),

    /** Sends one, which must succeed. */
    async send(application: Application, order: Partial<OtpOrder> = {}): Promise<Otp> {
      const result = await otps.send(orderOf(application, order))
      assert.equal(result.kind, 'sent')
      return 'otp' in result ? result.otp : assert.fail()
    },

    async check(id: string, code: string, accountId = 'acme'): Promise<string> {
      return (await otps.check({ accountId, id, code })).kind
    },

    /** What the carriers were handed so far, oldest first. */
    texts: (): string[] => carriers.flatMap(({ received }) => received.map(({ segment }) => segment.text)),
  }
}

/** One whose messages go out at once. */
export async function sendingOtps(db: Database): Promise<TestOtps> {
  const world = createTestOtps({ db })
  await world.dispatcher.start()
  return world
}

export function orderOf(application: Application, over: Partial<OtpOrder> = {}): OtpOrder {
  return {
    accountId: application.accountId,
    application,
    number: MOBILE,
    via: 'auto',
    language: null,
    text: null,
    referenceId: null,
    code: null,
    sender: null,
    caller: null,
    pinLength: null,
    ...over,
  }
}

export const MOBILE = numberFrom('+4915112345678')
export const LANDLINE = numberFrom('+493012345678')

export function numberFrom(text: string): E164 {
  return parseNumber(text) ?? assert.fail(`${text} is no number`)
}

export const allowAll: OtpGuard = {
  judgeSends: async (_tx, sends) => sends.map(() => ({ kind: 'allowed' })),
  judgeChecks: async (_tx, checks) => checks.map(() => ({ kind: 'allowed' })),
  recordChecks() {},
}

export const refuseAll: OtpGuard = {
  judgeSends: async (_tx, sends) => sends.map(() => REFUSED),
  judgeChecks: async (_tx, checks) => checks.map(() => REFUSED),
  recordChecks() {},
}

const REFUSED = { kind: 'refused', code: '1201', reason: 'too many', retryAfterMs: 60_000 } as const
