import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitFor } from '../../test/waitFor.ts'
import { text, useWhatsAppRig } from '../../test/whatsAppRig.ts'

const rig = useWhatsAppRig()
const { send, write, statuses, statusesOf } = rig

describe('a notification', () => {
  test('that is not answered 200 is told again, and later ones overtake it', async () => {
    rig.webhook.answer = ({ body }) => ({ status: body.includes('"sent"') && rig.webhook.calls.length < 5 ? 503 : 200 })
    const id = await send(text('+4915112999800'))
    rig.clock.advance(200)
    assert.deepEqual(await statusesOf(id, 2), ['sent', 'delivered'])
    for (let count = 3; count <= 5; count++) {
      await waitFor('one more call', () => {
        rig.clock.advance(1_000)
        return rig.webhook.calls.length >= count || undefined
      })
    }
    assert.deepEqual(statuses(id), ['sent', 'delivered', 'sent', 'sent', 'sent'])
    rig.clock.advance(600_000)
    assert.equal(rig.webhook.calls.length, 5)
  })

  test('that nobody ever takes is given up, and does not keep the server from closing', async () => {
    rig.webhook.answer = () => ({ status: 500 })
    await send(text('+4915112999802'))
    for (let tries = 1; tries <= 12; tries++) {
      await waitFor('one more try', () => {
        rig.clock.advance(60_000)
        return rig.webhook.calls.length >= tries || undefined
      })
    }
    rig.clock.advance(600_000)
    await write()
    await waitFor('the inbound message', () => rig.webhook.calls.length === 13 || undefined)
    await rig.app.close()
    assert.equal(rig.webhook.calls.filter(({ body }) => body.includes('131026')).length, 12)
  })
})
