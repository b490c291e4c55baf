import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { waitFor } from '../waitFor.ts'
import { accountOf } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'

// Whose what people write by WhatsApp is, where several accounts share a server.

const SIMULATED = '+442079460000'

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`a WhatsApp number and its account on ${engine}`, () => {
    let server: InProcess
    before(async () => {
      server = await startInProcess(engine, {
        webhooks: { allowPrivateNetworks: true },
        accounts: [accountOf('acme'), accountOf('other')],
        simulator: true,
      })
      await waitFor(async () => (await server.call('/readyz')).status === 200)
      for (const account of ['acme', 'other']) {
        const body = { inboundMessageUrl: `${server.url}/sim/v1/sink/${account}` }
        const path = '/conversations/v3/configurations/callbacks'
        const answer = await server.call(path, { method: 'PUT', body, key: `key-of-${account}` })
        assert.equal(answer.status, 200, answer.text)
      }
    })
    after(() => server.stop())

    const write = async (text: string) => {
      const body = { from: '+4915112345678', to: SIMULATED, text }
      assert.equal((await server.call('/sim/v1/chats/inbound', { body })).status, 202)
    }
    const unowned = async () => {
      const { text } = await server.call('/metrics')
      return /^heliograph_inbound_unowned_total (\d+)$/m.exec(text)?.[1]
    }
    const callsOf = async (account: string) =>
      (await server.call<{ calls: { body: string }[] }>(`/sim/v1/sinks/${account}/calls`)).body.calls

    test('what is written to a number that no account has is nobody’s, until one registers it', async () => {
      await write('to nobody')
      await waitFor(async () => (await unowned()) === '1')
      await register()
      await write('to other')
      await waitFor(async () => (await callsOf('other')).length === 1)
      assert.match((await callsOf('other'))[0]?.body ?? '', /to other/)
      assert.deepEqual(await callsOf('acme'), [])
    })

    async function register(): Promise<void> {
      const key = 'key-of-other'
      const body = { companyName: 'A', contactName: 'B', contactEmail: 'b@example.com', contactPhone: SIMULATED }
      const { contactId } = (await server.call<{ contactId: string }>('/byon/contacts/v1', { body, key })).body
      const path = `/byon/provisioning/v1?contactId=${contactId}`
      const wanted = { body: [{ phoneNumber: SIMULATED }], key }
      const { requestId } = (await server.call<{ requestId: string }>(path, wanted)).body
      for (const status of ['LOA_READY', 'PROVISIONED']) {
        const moved = await server.call(`/api/v1/provisioning/${requestId}/status`, { body: { status }, key })
        assert.equal(moved.status, 200, moved.text)
      }
    }
  })
}
