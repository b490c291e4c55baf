import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { startPostgres } from '../../test/postgres.ts'
import { UnreliableDatabase } from '../../test/unreliableDatabase.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { createIds } from '../ids.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { createContact } from './contacts.ts'
import { moveRequest, type RequestMoved } from './moveRequest.ts'
import type { ProvisioningStatus } from './provisioningStatus.ts'
import { createRegisteredNumbers, type RegisteredNumbers } from './registeredNumbers.ts'
import { requestNumbers } from './requestNumbers.ts'
import { setInboundTarget } from './setInboundTarget.ts'

/** One running server's part in registering numbers. */
function startNode(db: Database, clock = new FakeClock()) {
  const registeredNumbers = createRegisteredNumbers({ db, clock, trouble: (error) => assert.fail(String(error)) })
  const node = { db, clock, newId: createIds(clock), registeredNumbers, configuredOwner: () => null }
  return {
    ...node,
    numbers: registeredNumbers,
    move: (accountId: string, id: string, status: ProvisioningStatus): Promise<RequestMoved> =>
      moveRequest(node, { accountId, id, status }),
    setTarget: (accountId: string, number: string, url: string | null) =>
      setInboundTarget(node, { accountId, number, target: url === null ? null : { url, method: 'GET' } }),
    /** A request for the numbers whose letter has come back. */
    async ask(accountId: string, numbers: readonly string[]): Promise<string> {
      const details = {
        companyName: 'Example',
        contactName: 'E',
        contactEmail: 'e@example.com',
        contactPhone: numberOf('+4930123456'),
        friendlyName: null,
        companyAddress: null,
        contactTitle: null,
      }
      const { id: contactId } = await createContact(node, { accountId, details })
      const wanted = numbers.map((number) => ({ number: numberOf(number), country: 'DE' }))
      const asked = await requestNumbers(node, { accountId, contactId, friendlyName: null, numbers: wanted })
      assert(asked.kind === 'requested', asked.kind)
      await this.move(accountId, asked.request.id, 'LOA_READY')
      return asked.request.id
    },
  }
}

function numberOf(text: string) {
  return parseNumber(text) ?? assert.fail(text)
}

/** Moves the clock second by second until the node knows. */
async function untilRefreshed(node: { clock: FakeClock; numbers: RegisteredNumbers }, known: () => boolean) {
  await waitFor(() => {
    if (!known()) node.clock.advance(1_000)
    return known()
  })
}

const [A, B] = ['+4915112345678', '+4915112345679'] as const

onEveryStore('registered numbers', (open) => {
  test('are known at once where they became ready, a second later elsewhere, and after a restart', async () => {
    const db = await open()
    const [here, there] = [startNode(db), startNode(db)]
    await here.numbers.start()
    await there.numbers.start()
    const id = await here.ask('acme', [A, B])
    assert.equal(here.numbers.ownerOf(A), null)
    await here.move('acme', id, 'PROVISIONED')
    assert.deepEqual(here.numbers.ownerOf(A), { accountId: 'acme', target: null })
    assert(here.numbers.isReadyFor('acme', B))
    assert(!here.numbers.isReadyFor('other', B))
    assert.equal(there.numbers.ownerOf(A), null)
    there.clock.advance(1_000)
    await there.numbers.refresh()
    assert(there.numbers.isReadyFor('acme', A))

    assert(await here.setTarget('acme', A, 'https://acme.example/'))
    const target = { url: 'https://acme.example/', method: 'GET' }
    assert.deepEqual(here.numbers.ownerOf(A), { accountId: 'acme', target })
    await untilRefreshed(there, () => there.numbers.ownerOf(A)?.target !== null)
    assert.deepEqual(there.numbers.ownerOf(A), { accountId: 'acme', target })
    assert.equal(there.numbers.ownerOf(B)?.target, null)

    await here.move('acme', id, 'DEPROVISIONED')
    assert.equal(here.numbers.ownerOf(A), null)
    await untilRefreshed(there, () => there.numbers.ownerOf(A) === null)
    const restarted = startNode(db)
    const other = await here.ask('other', [A])
    await here.move('other', other, 'PROVISIONED')
    await restarted.numbers.start()
    assert.deepEqual(restarted.numbers.ownerOf(A), { accountId: 'other', target: null })
    for (const node of [here, there, restarted]) await node.numbers.stop()
  })

  test('of a node whose clock is half a minute behind are seen all the same', async () => {
    const db = await open()
    const late = startNode(db, new FakeClock(Date.UTC(2026, 0, 1) - 29_000))
    const here = startNode(db)
    await here.move('acme', await here.ask('acme', [A]), 'PROVISIONED')
    const id = await late.ask('acme', [B])
    await late.move('acme', id, 'PROVISIONED')
    await here.numbers.refresh()
    assert(here.numbers.isReadyFor('acme', B))
  })

  test('are all read, however many of them changed at the same moment', async () => {
    const db = await open()
    const node = startNode(db)
    // More than one read takes.
    const rows = Array.from({ length: 12_001 }, (_, index) => `+4917${10_000_000 + index}`)
    const list = JSON.stringify(rows.map((number) => [number]))
    await db.write((tx) => {
      tx.run(
        `insert into registered_numbers (request_id, number, account_id)
         select 'r', value->>0, 'acme' from rows($1)`,
        [list],
      )
      tx.run(
        `insert into ready_numbers (number, account_id, request_id, ready, updated_at)
         select value->>0, 'acme', 'r', 1, 5 from rows($1)`,
        [list],
      )
    })
    await node.numbers.start()
    assert.deepEqual(
      rows.filter((number) => !node.numbers.isReadyFor('acme', number)),
      [],
    )
    await node.numbers.stop()
  })

  test('stay what they are while the store is away, and catch up when it is back', async () => {
    const db = new UnreliableDatabase(await open())
    const node = startNode(db)
    await node.numbers.start()
    await node.move('acme', await node.ask('acme', [A]), 'PROVISIONED')
    const second = await node.ask('acme', [B])
    db.mode = 'no reads'
    // It is committed, so it is not answered with an error; this node knows when it can read again.
    assert.equal((await node.move('acme', second, 'PROVISIONED')).kind, 'moved')
    assert(node.numbers.isReadyFor('acme', A))
    assert(!node.numbers.isReadyFor('acme', B))
    db.mode = 'up'
    await untilRefreshed(node, () => node.numbers.isReadyFor('acme', B))
    await node.numbers.stop()
    db.mode = 'down'
    await assert.rejects(startNode(db).numbers.start())
  })

  test('have one owner when two requests become ready at the same moment', async () => {
    const node = startNode(await open())
    for (let round = 0; round < 5; round++) {
      const number = `+49151100000${round}0`
      const [ours, theirs] = [await node.ask('acme', [number]), await node.ask('other', [number])]
      const moved = await Promise.all([
        node.move('acme', ours, 'PROVISIONED'),
        node.move('other', theirs, 'PROVISIONED'),
      ])
      assert.deepEqual(moved.map(({ kind }) => kind).toSorted(), ['moved', 'taken'])
    }
  })
})

test('two nodes on one PostgreSQL never make a number ready twice, whichever order they take', async (context) => {
  const postgres = await startPostgres()
  const url = await postgres.url('race')
  const [first, second] = [await openPostgres({ url }), await openPostgres({ url })]
  context.after(async () => {
    await Promise.all([first.close(), second.close()])
    await postgres.stop()
  })
  await migrate(first)
  const [here, there] = [startNode(first), startNode(second)]
  for (let round = 0; round < 20; round++) {
    const numbers = [1, 2, 3].map((index) => `+4915120000${round + 10}${index}`)
    const ours = await here.ask('acme', numbers)
    const theirs = await there.ask('other', numbers.toReversed())
    const moved = await Promise.all([
      here.move('acme', ours, 'PROVISIONED'),
      there.move('other', theirs, 'PROVISIONED'),
    ])
    assert.deepEqual(moved.map(({ kind }) => kind).toSorted(), ['moved', 'taken'])
    await Promise.all([here.numbers.refresh(), there.numbers.refresh()])
    const winner = moved[0]?.kind === 'moved' ? 'acme' : 'other'
    for (const number of numbers) {
      for (const node of [here, there]) assert.equal(node.numbers.ownerOf(number)?.accountId, winner)
    }
  }
})
