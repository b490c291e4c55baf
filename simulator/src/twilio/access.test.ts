import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accountUser, ask, readList, recordsOf } from '../../test/twilioReader.ts'
import { type FakeTwilio, startFakeTwilio } from './startFakeTwilio.ts'

describe('access to the fake Twilio', () => {
  let fake: FakeTwilio
  before(async () => {
    fake = await startFakeTwilio({ accounts: [{}, { subresourcesLeftOut: ['queues'] }, { status: 'closed' }] })
  })
  after(() => fake.close())

  const messages = (account: number) => `/api/2010-04-01/Accounts/${fake.accounts[account]?.sid}/Messages.json`
  const mainKey = () => ({ name: fake.keys.main.sid, password: fake.keys.main.secret })
  const standardKey = () => ({ name: fake.keys.standard.sid, password: fake.keys.standard.secret })

  test('nobody reads without the right credentials', async () => {
    const { sid = '' } = fake.accounts[0] ?? {}
    for (const user of [
      { name: '', password: '' },
      { name: sid, password: 'wrong' },
    ]) {
      const { status, body } = await ask(fake, '/api/2010-04-01/Accounts.json', user)
      assert.deepEqual([status, body.code], [401, 20003])
    }
  })

  test('the main account reads all accounts, a subaccount itself', async () => {
    const accounts = async (user: ReturnType<typeof accountUser>) =>
      (await readList(fake, '/api/2010-04-01/Accounts.json', user)).map(({ sid }) => sid).sort()
    assert.deepEqual(await accounts(accountUser(fake)), fake.accounts.map(({ sid }) => sid).sort())
    assert.deepEqual(await accounts(accountUser(fake, 1)), [fake.accounts[1]?.sid])
    assert.equal((await ask(fake, messages(1))).status, 200)
    assert.equal((await ask(fake, messages(0), accountUser(fake, 1))).status, 401)
  })

  test('API keys read the main account only, the standard one neither accounts nor keys', async () => {
    const keys = messages(0).replace('Messages', 'Keys')
    for (const user of [mainKey(), standardKey()]) {
      assert.equal((await ask(fake, messages(0), user)).status, 200)
      assert.equal((await ask(fake, '/monitor/v1/Alerts', user)).status, 200)
      const { status, body } = await ask(fake, messages(1), user)
      assert.deepEqual([status, body.code], [401, 20003])
    }
    assert.equal((await ask(fake, '/api/2010-04-01/Accounts.json', mainKey())).status, 200)
    assert.equal((await ask(fake, keys, mainKey())).status, 200)
    assert.equal((await ask(fake, '/api/2010-04-01/Accounts.json', standardKey())).status, 401)
    assert.equal((await ask(fake, keys, standardKey())).status, 401)
  })

  test('hosts without accounts in their paths show those of the caller', async () => {
    const [mine, theirs] = await Promise.all(
      [0, 1].map(async (index) => recordsOf((await ask(fake, '/studio/v1/Flows', accountUser(fake, index))).body)),
    )
    assert.ok(mine?.every(({ account_sid }) => account_sid === fake.accounts[0]?.sid))
    assert.ok(theirs?.every(({ account_sid }) => account_sid === fake.accounts[1]?.sid))
  })

  test('an account shows its state, and lacks the lists that were left out', async () => {
    const accounts = await readList(fake, '/api/2010-04-01/Accounts.json')
    const of = (index: number) => accounts.find(({ sid }) => sid === fake.accounts[index]?.sid)
    assert.ok('queues' in Object(of(0)?.subresource_uris))
    assert.ok(!('queues' in Object(of(1)?.subresource_uris)))
    assert.equal(of(2)?.status, 'closed')
    assert.equal(of(2)?.owner_account_sid, fake.accounts[0]?.sid)
  })

  test('what there is not is 20404, and nothing is written', async () => {
    for (const path of ['/api/2010-04-01/Nothing.json', '/nobody/v1/Alerts', '/', '/monitor/v1/Alerts/NO1']) {
      const { status, body } = await ask(fake, path)
      assert.deepEqual([status, body.code], [404, 20404], path)
    }
    const { name, password } = accountUser(fake)
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
    const response = await fetch(`${fake.url}${messages(0)}`, { method: 'POST', headers: { authorization } })
    assert.equal(response.status, 405)
  })
})
