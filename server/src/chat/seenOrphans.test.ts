import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { START } from '../../test/sampleMessages.ts'
import type { SeenEntry } from './recordSeen.ts'
import { deleteSeenOrphans, insertSeenOrphans, matchedSeenOrphans } from './seenOrphans.ts'

onEveryStore('reports of reading that match nothing', (open) => {
  test('those that are matched are found by their keys, not by a walk through all of them', async (t) => {
    const db = await open()
    if (db.engine !== 'sqlite') return t.skip('the plans of PostgreSQL depend on its statistics')
    const statements: string[] = []
    await db.write((tx) => {
      const noting = { ...tx, run: (sql: string) => statements.push(sql) }
      deleteSeenOrphans(noting, [orphan('a')])
    })
    assert.equal(statements.length, 1)
    const plan = await db.read(`explain query plan ${statements[0]}`, [JSON.stringify([['whatsapp', 'a']])])
    const details = plan.map(({ detail }) => String(detail)).join('\n')
    assert.match(details, /SEARCH chat_seen_orphans USING .* \(carrier_id=\? AND carrier_message_id=\?\)/)
    assert.doesNotMatch(details, /SCAN chat_seen_orphans/)
  })

  test('only the very report that was recorded goes', async () => {
    const db = await open()
    await db.write((tx) => insertSeenOrphans(tx, [orphan('a', 'one'), orphan('b', 'one'), orphan('a', 'two')]))
    await db.write((tx) => deleteSeenOrphans(tx, [orphan('a', 'one'), orphan('b', 'two')]))
    const left = await db.read(
      'select carrier_id, carrier_message_id from chat_seen_orphans order by carrier_id, carrier_message_id',
    )
    assert.deepEqual(
      left.map((row) => [row.carrier_id, row.carrier_message_id]),
      [
        ['one', 'b'],
        ['two', 'a'],
      ],
    )
    assert.deepEqual(await matchedSeenOrphans(db, { since: 0, limit: 10 }), [])
  })
})

function orphan(carrierMessageId: string, carrierId = 'whatsapp'): SeenEntry {
  return { report: { carrierId, carrierMessageId, at: START }, receivedAt: START, orphan: true, answer() {} }
}
