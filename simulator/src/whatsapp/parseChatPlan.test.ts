import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PHONE, text, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { graph, sim, send, statusesOf } = rig

describe('outcomes of chat messages', () => {
  test('that are set hold until they are deleted', async () => {
    const path = `/chat-outcomes/+${PHONE}`
    const outcome = {
      statuses: [
        { status: 'delivered', delayMs: 50 },
        { status: 'failed', code: 131_000 },
      ],
    }
    assert.equal((await sim('PUT', path, outcome)).status, 200)
    const id = await send()
    rig.clock.advance(50)
    assert.deepEqual(await statusesOf(id, 2), ['failed 131000', 'delivered'])
    assert.equal((await sim('PUT', path, { like: '999802' })).body.outcome.statuses[0].code, 131_026)
    const create = { kind: 'refuse', status: 429, code: 130_429, retryAfterSeconds: 3, times: 1 }
    assert.equal((await sim('PUT', path, { create, window: 'kept' })).status, 200)
    const refused = await graph('POST', '/1001/messages', text())
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '3'])
    const outside = await send()
    rig.clock.advance(0)
    assert.deepEqual(await statusesOf(outside, 1), ['failed 131047'])
    assert.equal((await sim('GET', '/chat-outcomes')).body.outcomes.length, 1)
    assert.equal((await sim('GET', path)).body.outcome.create.kind, 'refuse')
    assert.equal((await sim('DELETE', path)).status, 204)
    assert.equal((await sim('DELETE', path)).status, 404)
  })

  test('that make no sense are refused with everything that is wrong', async () => {
    const wrong: [body: object, fields: string[]][] = [
      [{ like: '123' }, ['like']],
      [{ like: '999801', window: 'kept' }, ['like']],
      [{ window: 'open', statuses: {} }, ['statuses', 'window']],
      [{ statuses: [{ status: 'lost' }, { status: 'failed' }] }, ['statuses[0].status', 'statuses[1].code']],
      [{ statuses: [{ status: 'sent', code: 1 }, 'read'] }, ['statuses[1]', 'statuses[0].code', 'statuses[1].status']],
      [{ create: { kind: 'refuse', status: 200 } }, ['create.status', 'create.code']],
    ]
    for (const [body, fields] of wrong) {
      const { status, body: answer } = await sim('PUT', '/chat-outcomes/1', body)
      const found = answer.violations.map(({ field }: { field: string }) => field)
      assert.deepEqual([status, found], [400, fields], JSON.stringify(body))
    }
  })
})
