import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openTestStore } from '../../test/openTestStore.ts'
import { createTestOtps, type TestOtps } from '../../test/testOtps.ts'
import type { Application } from './application.ts'

type Step =
  | { readonly kind: 'checks'; readonly right: readonly boolean[] }
  | { readonly kind: 'resend' | 'sweep' | 'delete' | 'withdraw' }
  | { readonly kind: 'wait'; readonly seconds: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('checks' as const),
      right: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 25 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('resend' as const, 'sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'withdraw' as const) }) },
)

const histories = fc.array(fc.record({ step: steps, node: fc.nat(1) }), { maxLength: 12 })

test('whatever happens to an OTP at two nodes, it answers as its history says it must', async (context) => {
  const db = await openTestStore(context)
  const one = createTestOtps({ db })
  const nodes = [one, createTestOtps({ db, clock: one.clock, nodeId: 'node-2' })]
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (history, attempts) => {
      const application = await one.application({ attempts, expireSeconds: 30 })
      const otp = await one.send(application, { code: RIGHT })
      const oracle = new Oracle(attempts, otp.expiresAt)
      for (const { step, node } of history) {
        const answers = await take(nodes[node] ?? one, { step, id: otp.id, application })
        assert.deepEqual(answers, oracle.expect(step, one.clock.now()))
      }
      const [row] = await db.read('select sealed, attempts from otps where id = $1', [otp.id])
      assert.ok(oracle.verified <= 1 && Number(row?.attempts) <= attempts)
      if (oracle.isOver) assert.equal(row?.sealed, null)
      await one.applications.remove('acme', application.id)
    }),
    { numRuns: 150 },
  )
})

const RIGHT = '4711'
const WRONG = '1147'

async function take(
  { otps, check, clock, sweeper, applications }: TestOtps,
  { step, id, application }: { readonly step: Step; readonly id: string; readonly application: Application },
): Promise<string[]> {
  switch (step.kind) {
    case 'checks':
      return Promise.all(step.right.map((right) => check(id, right ? RIGHT : WRONG)))
    case 'resend':
      return [(await otps.resend({ accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} })).kind]
    case 'delete':
      return [(await otps.remove('acme', id)) === null ? 'unknown' : 'deleted']
    case 'withdraw':
      await applications.remove('acme', application.id)
      return []
    case 'wait':
      clock.advance(step.seconds * 1_000)
      return []
    case 'sweep':
      sweeper.start()
      clock.advance(1_000)
      await sweeper.stop()
      return []
  }
}

/** What the API promises, told as a history and not as states: who may be verified, and what everybody else hears. */
class Oracle {
  verified = 0
  #compared = 0
  #refusals = 0
  #isDeleted = false
  #isWithdrawn = false
  /** A check or the sweeper has come after its time. */
  #now = 0
  readonly #attempts: number
  readonly #expiresAt: number

  constructor(attempts: number, expiresAt: number) {
    this.#attempts = attempts
    this.#expiresAt = expiresAt
  }

  get isOver(): boolean {
    return this.#isDeleted || this.verified > 0 || this.#compared === this.#attempts || this.#refusals > 0
  }

  expect(step: Step, now: number): string[] {
    this.#now = now
    switch (step.kind) {
      case 'checks':
        return step.right.map((right) => this.#check(right))
      case 'resend':
        return [this.#isDeleted ? 'unknown' : this.#canVerify ? 'resent' : 'over']
      case 'delete': {
        const answer = this.#isDeleted ? 'unknown' : 'deleted'
        this.#isDeleted = true
        return [answer]
      }
      case 'withdraw':
        this.#isWithdrawn = true
        return []
      default:
        return []
    }
  }

  get #canVerify(): boolean {
    const isInTime = this.#now < this.#expiresAt
    return isInTime && !this.#isWithdrawn && this.verified === 0 && this.#compared < this.#attempts
  }

  #check(right: boolean): string {
    if (this.#isDeleted) return 'unknown'
    if (this.#canVerify) {
      this.#compared += 1
      this.verified += right ? 1 : 0
      return right ? 'verified' : 'wrong'
    }
    if (this.verified > 0 || this.#isWithdrawn || this.#refusals > 0) return 'over'
    this.#refusals += 1
    return 'refused'
  }
}
