import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentText } from '@heliograph/text/segmentText'
import { waitFor } from '../../../test/waitFor.ts'
import { systemClock } from '../../clock.ts'
import { sampleSubmission } from '../carrier.contract.ts'
import type { InboundPart, Receipt, SubmitOutcome } from '../carrier.ts'
import { type NpmPdu, startNpmSmsc } from './npmSmsc.ts'
import { createSmppCarrier } from './smppCarrier.ts'

test('an SMSC of another make takes our submits and its receipts and inbound SMS reach us', async (context) => {
  const submits: NpmPdu[] = []
  const smsc = await startNpmSmsc((pdu, session) => {
    if (pdu.command === 'submit_sm') submits.push(pdu)
    session.send(pdu.response(pdu.command === 'submit_sm' ? { message_id: `0000000${submits.length}` } : {}))
  })
  context.after(() => smsc.close())
  const receipts: Receipt[] = []
  const parts: InboundPart[] = []
  const carrier = createSmppCarrier(
    { id: 'npm', type: 'smpp', host: '127.0.0.1', port: smsc.port, systemId: 'esme', password: 'secret' },
    {
      clock: systemClock,
      events: {
        room() {},
        receipt(receipt, answer) {
          receipts.push(receipt)
          answer(true)
        },
        inbound(part, answer) {
          parts.push(part)
          answer(false)
        },
      },
    },
  )
  context.after(() => carrier.stop(0))
  carrier.start()
  await waitFor(() => carrier.room() > 0)

  const outcomes: SubmitOutcome[] = []
  for (const segment of segmentText('Grüße @ €'.repeat(20), 'gsm7')) {
    carrier.submit({ ...sampleSubmission(), segment, reference: 513 }, (outcome) => outcomes.push(outcome))
  }
  await waitFor(() => outcomes.length === 2)
  assert.deepEqual(outcomes[0], { kind: 'accepted', carrierMessageId: '1' })
  const [first, second] = submits
  assert.ok(first && second)
  assert.deepEqual([first.destination_addr, first.source_addr, first.data_coding], ['4915112345678', 'Acme', 0])
  assert.equal(`${first.short_message?.message}${second.short_message?.message}`, 'Grüße @ €'.repeat(20))
  assert.deepEqual(second.short_message?.udh, [Buffer.from([8, 4, 2, 1, 2, 2])])

  const [session] = smsc.sessions
  assert.ok(session)
  const statuses: number[] = []
  const answered = (pdu: NpmPdu) => statuses.push(pdu.command_status)
  const text = 'id:0000000002 sub:001 dlvrd:001 submit date:2611221159 done date:2611221200 stat:UNDELIV err:006 text:'
  session.deliver_sm({ esm_class: 4, short_message: text, receipted_message_id: '00000002' }, answered)
  const inbound = { source_addr: '4915112345678', source_addr_ton: 1, destination_addr: '12345', data_coding: 8 }
  session.deliver_sm({ ...inbound, short_message: 'Привет' }, answered)
  await waitFor(() => statuses.length === 2)
  assert.deepEqual(statuses, [0, 0x64])
  assert.deepEqual(receipts, [
    {
      carrierId: 'npm',
      carrierMessageId: '2',
      state: 'undelivered',
      errorCode: '0006',
      doneAt: Date.UTC(2026, 10, 22, 12),
    },
  ])
  const [part] = parts
  assert.deepEqual([part?.from, part?.to, part?.dataCoding], ['+4915112345678', '12345', 8])
  assert.equal(
    Buffer.from(part?.payload ?? [])
      .swap16()
      .toString('utf16le'),
    'Привет',
  )
})
