import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { createGuardRig } from '../../../test/guardRig.ts'
import { openTestStore } from '../../../test/openTestStore.ts'
import { createKeyring } from '../../accounts/keyring.ts'
import type { Scope } from '../../accounts/scopes.ts'
import { createRateLimit } from '../../http/rateLimit.ts'
import { createHttpServer } from '../../http/server.ts'
import { otpGuardRoute } from './otpGuard.ts'

const accountOf = (id: string, scopes: readonly Scope[]) => ({
  id,
  name: id,
  apiKeys: [{ key: `key-of-${id}`, name: null, scopes }],
  numbers: [],
  senders: null,
  limits: { requestsPerSecond: null },
  optOutReplies: { stop: '', start: '', help: '' },
})

async function open(context: TestContext) {
  const db = await openTestStore(context)
  const budgets = [{ currency: 'EUR', perHour: '0.10' }]
  const rig = createGuardRig(db, { guard: { budgets } }, new FakeClock(), 'acme')
  const app = createHttpServer({ bodyBytesMax: 1_000, trouble: (error) => assert.fail(String(error)) })
  context.after(() => app.close())
  const accounts = [accountOf('acme', ['otp']), accountOf('other', ['otp']), accountOf('sms', ['messages'])]
  const keyring = createKeyring({ db, clock: rig.clock, accounts, demoKey: null })
  // In a plugin, as in the server: hooks of plugins that were registered before are then in force.
  await app.register(async (scope) =>
    otpGuardRoute(scope, { keyring, rateLimit: createRateLimit(rig.clock), guard: rig.guard }),
  )
  const get = async (query = '', account = 'acme') => {
    const headers = { apikey: `key-of-${account}` }
    const answer = await app.inject({ url: `/api/v1/otp/guard${query}`, headers })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { ...rig, get }
}

const sequential = (count: number) => Array.from({ length: count }, (_, index) => `+2327655500${10 + index}`)
const price = { price: '0.05', currency: 'EUR' }

test('an account reads the settings, its figures and each decision with its evidence', async (context) => {
  const { send, get } = await open(context)
  await send(sequential(14), price)
  const { status, body } = await get()
  assert.equal(status, 200)
  assert.equal(body.settings.limits.sendsPerNumber, 5)
  assert.equal(body.settings.guard.mode, 'shadow')
  assert.deepEqual(body.settings.guard.budgets, [{ per: 'account', currency: 'EUR', perHour: '0.10' }])
  assert.deepEqual(body.account, {
    sendsTenMinutes: 14,
    sends: 14,
    verified: 0,
    spentHour: { EUR: '0.7' },
    spentDay: { EUR: '0.7' },
  })
  assert.equal(body.prefixes.find(({ kind }: { kind: string }) => kind === 'block').unverifiedNumbers, 14)
  const [neighbours, budget] = body.decisions
  const { id, ...shown } = neighbours
  assert.deepEqual(shown, {
    rule: 'neighbours',
    prefix: '+23276555',
    mode: 'shadow',
    sends: 3,
    firstDate: '2026-01-01T00:00:00.000Z',
    lastDate: '2026-01-01T00:00:00.000Z',
    figures: { numbers: 14, numbersMax: 11, span: 14, spanMax: 100, seconds: 0, minutes: 10 },
    numbers: ['+232765***'],
  })
  assert.deepEqual([budget.rule, budget.prefix, budget.sends], ['budget', null, 12])
  assert.equal(budget.figures.spent, '0.7')
  assert.equal(body.next, null)
})

test('pages of decisions are complete, and filters pick by rule, prefix, mode and time', async (context) => {
  const { send, get, clock } = await open(context)
  await send(sequential(14), price)
  clock.advance(3_600_000)
  await send(sequential(14))
  const idsOf = (body: { decisions: { id: string }[] }) => body.decisions.map(({ id }) => id)
  const all = idsOf((await get()).body)
  assert.equal(all.length, 3)
  const read: string[] = []
  let next: string | null = null
  do {
    const { body } = await get(next === null ? '?limit=1' : `?limit=1&cursor=${next}`)
    read.push(...idsOf(body))
    next = body.next
  } while (next !== null)
  assert.deepEqual(read, all)
  const count = async (query: string) => idsOf((await get(query)).body).length
  assert.equal(await count('?rule=budget'), 1)
  assert.equal(await count('?prefix=%2B23276555'), 2)
  assert.equal(await count('?prefix=+23276555&RULE=neighbours'), 2)
  assert.equal(await count('?mode=enforce'), 0)
  assert.equal(await count('?since=2026-01-01T00:30:00Z'), 1)
})

test('another account sees none of it, a key without the scope is refused, and nonsense is named', async (context) => {
  const { send, get } = await open(context)
  await send(sequential(14), price)
  const { body } = await get('', 'other')
  assert.deepEqual([body.account.sends, body.prefixes, body.decisions], [0, [], []])
  assert.equal((await get('', 'sms')).status, 403)
  for (const query of ['?rule=none', '?prefix=abc', '?since=then', '?limit=0', '?cursor=x', '?mode=off']) {
    const { status, body: problem } = await get(query)
    assert.equal(status, 400, query)
    assert.equal(problem.violations.length, 1)
  }
})
