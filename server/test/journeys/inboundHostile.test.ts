import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestPdu } from '@heliograph/smpp/pdu'
import { CommandStatus } from '@heliograph/smpp/status'
import fc from 'fast-check'
import { TestSmsc } from '../../src/carriers/smpp/testSmsc.ts'
import { waitFor } from '../waitFor.ts'
import { accountOf, carrierOf } from './heliograph.ts'
import { startInProcess } from './inProcess.ts'

// Whatever a handset or an SMSC makes of user data, it is taken, kept, and harms nobody.

const OUR_NUMBER = '4930123456'

test('hostile headers, truncated parts, floods and strange codings are taken, and the next message is fine', async (context) => {
  const smsc = await TestSmsc.start(context)
  const numbers = [{ number: `+${OUR_NUMBER}` }]
  const heliograph = await startInProcess('sqlite', {
    http: { port: 0 },
    accounts: [accountOf('acme', { numbers })],
    carriers: [carrierOf('smsc', smsc.port)],
  })
  context.after(() => heliograph.stop())
  await waitFor(() => smsc.openBinds.length > 0)
  const [bind] = smsc.openBinds
  assert.ok(bind)
  const answersTo = async (pdus: readonly RequestPdu[]) =>
    new Set(await Promise.all(pdus.map((pdu) => smsc.send(pdu, bind))))

  const random = fc.sample(fc.record({ octets, dataCoding: fc.integer({ min: 0, max: 255 }), header: fc.boolean() }), {
    numRuns: 1_500,
    seed: 1,
  })
  for (let at = 0; at < random.length; at += WINDOW) {
    const pdus = random
      .slice(at, at + WINDOW)
      .map(({ octets: shortMessage, dataCoding, header }) =>
        deliver({ shortMessage: Buffer.from(shortMessage), dataCoding, esmClass: header ? 0x40 : 0 }),
      )
    assert.deepEqual(await answersTo(pdus), new Set([CommandStatus.ESME_ROK]))
  }
  for (let at = 0; at < FLOOD; at += WINDOW) {
    const pdus = Array.from({ length: WINDOW }, (_, index) => {
      const header = Buffer.from([6, 8, 4, (at + index) >> 8, (at + index) & 255, 255, 1 + ((at + index) % 255)])
      return deliver({ shortMessage: Buffer.concat([header, Buffer.from('flood')]), esmClass: 0x40 })
    })
    assert.deepEqual(await answersTo(pdus), new Set([CommandStatus.ESME_ROK]))
  }
  const tlvs = { sarMsgRefNum: 5, sarTotalSegments: 2, sarSegmentSeqnum: 1, messagePayload: Buffer.from('long ') }
  const rest = { ...tlvs, sarSegmentSeqnum: 2, messagePayload: Buffer.from('payload') }
  await answersTo([
    deliver({ shortMessage: Buffer.alloc(0), tlvs: rest }),
    deliver({ shortMessage: Buffer.alloc(0), tlvs }),
  ])
  assert.deepEqual(await answersTo([deliver({ shortMessage: Buffer.from('fine') })]), new Set([CommandStatus.ESME_ROK]))

  const { body } = await heliograph.call<{ messages: { message: string }[] }>('/api/v1/inbound?limit=2')
  assert.deepEqual(
    body.messages.map(({ message }) => message),
    ['fine', 'long payload'],
  )
})

const WINDOW = 100
const FLOOD = 2_000

/** Random, and such as begin like a header. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 140 }),
  fc
    .tuple(fc.constantFrom([5, 0, 3], [6, 8, 4], [0], [255], [4, 0, 3], [5, 0, 200]), fc.uint8Array({ maxLength: 20 }))
    .map(([start, rest]) => Uint8Array.from([...start, ...rest])),
)

function deliver(fields: object): RequestPdu {
  const addresses = { sourceAddrTon: 1, sourceAddrNpi: 1, destAddrTon: 1, destAddrNpi: 1 }
  return {
    command: 'deliver_sm',
    ...addresses,
    sourceAddr: '4915112345678',
    destinationAddr: OUR_NUMBER,
    ...fields,
  }
}
