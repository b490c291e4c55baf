import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { engines, type StartedEngine } from '../../test/engines.ts'
import { FakeClock } from '../../test/fakeClock.ts'
import { type Database, DatabaseUnavailable, type Row, type SqlValue } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import type { Account } from './account.ts'
import { createApiKey, listApiKeys, revokeApiKey } from './apiKeys.ts'
import { assembleKey, makeKey } from './keyFormat.ts'
import { createKeyring, type Keyring, TRUSTED_MS } from './keyring.ts'
import { optOutRepliesOf } from './optOutReplies.ts'

const ACME: Account = {
  id: 'acme',
  name: 'Acme',
  apiKeys: [{ key: 'acme-key', name: 'backend', scopes: ['messages'] }],
  numbers: [],
  senders: null,
  limits: { requestsPerSecond: 10 },
  optOutReplies: optOutRepliesOf('Acme'),
}

for (const engine of engines) {
  describe(`keyring on ${engine.name}`, () => {
    let started: StartedEngine
    let db: CountingDatabase
    let clock: FakeClock
    let keyring: Keyring

    before(async () => {
      started = await engine.start()
      const opened = await started.open()
      await migrate(opened)
      db = countReads(opened)
    })
    after(() => started.stop())
    beforeEach(() => {
      clock = new FakeClock()
      keyring = createKeyring({ db, clock, accounts: [ACME], demoKey: null })
      db.reads = 0
    })

    const create = () => createApiKey({ db, clock }, { accountId: 'acme', scopes: ['otp', 'chat'], name: 'n' })
    /** As another process would, without this keyring knowing. */
    const revokeElsewhere = (id: string) => revokeApiKey({ db, clock }, { accountId: null, id })

    test('a key that was made is found, then answered from memory', async () => {
      const { id, key } = await create()
      const expected = { accountId: 'acme', keyId: id, scopes: new Set(['otp', 'chat']), requestsPerSecond: 10 }
      const first = keyring.find(key)
      assert(first instanceof Promise)
      assert.deepEqual(await first, expected)
      assert.deepEqual(keyring.find(key), expected)
      assert.equal(db.reads, 1)
    })

    test('many who present the same new key at once cost one read', async () => {
      const { id, key } = await create()
      const found = await Promise.all(Array.from({ length: 50 }, () => keyring.find(key)))
      for (const principal of found) assert.equal(principal !== 'unknown' && principal.keyId, id)
      assert.equal(db.reads, 1)
    })

    test('an unknown key of our form is looked up once, any other text never', async () => {
      const { key } = makeKey()
      assert.equal(await keyring.find(key), 'unknown')
      assert.equal(keyring.find(key), 'unknown')
      assert.equal(db.reads, 1)
      for (const text of ['', 'x', 'hg_', `${key}x`, 'x'.repeat(100_000)]) assert.equal(keyring.find(text), 'unknown')
      assert.equal(db.reads, 1)
    })

    test('another secret behind the prefix of a valid key is not that key', async () => {
      const { prefix } = await create()
      const forged = assembleKey(prefix, 'x'.repeat(30))
      assert.equal(await keyring.find(forged), 'unknown')
    })

    test('a key revoked here stops at once', async () => {
      const { id, key } = await create()
      await keyring.find(key)
      assert.equal(await keyring.revoke({ accountId: 'other', id }), false)
      assert.notEqual(keyring.find(key), 'unknown')
      assert.equal(await keyring.revoke({ accountId: 'acme', id }), true)
      assert.equal(keyring.find(key), 'unknown')
      assert.equal(await keyring.revoke({ accountId: 'acme', id }), false)
    })

    test('a key revoked while it is being looked up stays out', async () => {
      const { id, key } = await create()
      const finding = keyring.find(key)
      const revoking = keyring.revoke({ accountId: null, id })
      await Promise.all([finding, revoking])
      assert.equal(await keyring.find(key), 'unknown')
    })

    test('a key revoked by another process stops within a second, in use or idle', async () => {
      for (const stepMs of [1, 100, 499, 500, 999, TRUSTED_MS, 3_600_000]) {
        const { id, key } = await create()
        await keyring.find(key)
        await revokeElsewhere(id)
        const revokedAt = clock.now()
        while (clock.now() - revokedAt < TRUSTED_MS) {
          clock.advance(stepMs)
          const found = keyring.find(key)
          if (clock.now() - revokedAt >= TRUSTED_MS) assert.equal(await found, 'unknown')
        }
      }
    })

    test('a key in use is asked for in the background and never makes a request wait', async () => {
      const { key } = await create()
      await keyring.find(key)
      for (let second = 0; second < 10; second++) {
        clock.advance(600)
        assert(!(keyring.find(key) instanceof Promise))
        assert(!(keyring.find(key) instanceof Promise))
        await db.answered()
      }
      assert.equal(db.reads, 11)
    })

    test('a thousand keys in use are checked by one read', async () => {
      const made = await Promise.all(Array.from({ length: 1_000 }, create))
      await Promise.all(made.map(({ key }) => keyring.find(key)))
      db.reads = 0
      clock.advance(TRUSTED_MS)
      // The first starts a read; all others come while it runs and share the next.
      const found = await Promise.all(made.map(({ key }) => keyring.find(key)))
      assert(found.every((principal) => principal !== 'unknown'))
      assert.equal(db.reads, 2)
    })

    test('while the store is away a known key works for its second, then the request fails, and it recovers', async () => {
      const { key } = await create()
      await keyring.find(key)
      db.away = true
      clock.advance(999)
      assert.notEqual(keyring.find(key), 'unknown')
      await db.answered()
      clock.advance(1)
      await assert.rejects(async () => keyring.find(key), DatabaseUnavailable)
      await assert.rejects(async () => keyring.find(makeKey().key), DatabaseUnavailable)
      db.away = false
      assert.notEqual(await keyring.find(key), 'unknown')
    })

    test('a clock that is set back does not prolong a key', async () => {
      const { id, key } = await create()
      await keyring.find(key)
      await revokeElsewhere(id)
      clock.advance(-3_600_000)
      assert.equal(await keyring.find(key), 'unknown')
    })

    test('keys of the file and of the demo need no store', () => {
      const demo = createKeyring({ db, clock, accounts: [ACME], demoKey: 'hg_demo_x' })
      assert.deepEqual(demo.find('acme-key'), {
        accountId: 'acme',
        keyId: 'acme-config-1',
        scopes: new Set(['messages']),
        requestsPerSecond: 10,
      })
      const principal = demo.find('hg_demo_x')
      assert(principal !== 'unknown' && !(principal instanceof Promise))
      assert.equal(principal.accountId, 'demo')
      assert(principal.scopes.has('admin'))
      assert.equal(keyring.find('hg_demo_x'), 'unknown')
      assert.equal(db.reads, 0)
    })

    test('a key of an account that the file no longer has is unknown', async () => {
      const { key } = await create()
      const other = createKeyring({ db, clock, accounts: [{ ...ACME, id: 'other' }], demoKey: null })
      assert.equal(await other.find(key), 'unknown')
    })

    test('the list has every key of the account with its state and never the key', async () => {
      const made = await createApiKey({ db, clock }, { accountId: 'listed', scopes: ['admin'], name: null })
      clock.advance(1)
      await createApiKey({ db, clock }, { accountId: 'listed', scopes: ['messages'], name: 'b' })
      await revokeElsewhere(made.id)
      const { key, ...rest } = made
      const listed = await listApiKeys(db, 'listed')
      assert.deepEqual(listed[0], { ...rest, revokedAt: clock.now() })
      assert.deepEqual(
        listed.map(({ name }) => name),
        [null, 'b'],
      )
      assert(!JSON.stringify(listed).includes(key.slice(12)))
      assert((await listApiKeys(db, null)).length > listed.length)
    })
  })
}

interface CountingDatabase extends Database {
  reads: number
  /** True: every read fails as it does when the connection is gone. */
  away: boolean
  /** Resolves when all reads begun so far have ended. */
  answered(): Promise<void>
}

function countReads(db: Database): CountingDatabase {
  const open = new Set<Promise<unknown>>()
  return {
    engine: db.engine,
    reads: 0,
    away: false,
    async answered() {
      await Promise.allSettled(open)
      // What waits for the read runs in the turns after it.
      await new Promise((resolve) => setImmediate(resolve))
    },
    read<R extends Row>(sql: string, params?: readonly SqlValue[]): Promise<R[]> {
      this.reads++
      const rows = this.away ? Promise.reject(new DatabaseUnavailable('away')) : db.read<R>(sql, params)
      open.add(rows)
      return rows.finally(() => open.delete(rows))
    },
    write: (work) => db.write(work),
    close: () => db.close(),
  }
}
