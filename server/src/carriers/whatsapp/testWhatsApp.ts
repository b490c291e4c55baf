import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { waitFor } from '../../../test/waitFor.ts'
import { type Clock, systemClock } from '../../clock.ts'
import type { ChatContent, ChatMedia } from '../../messages/chatContent.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { submitTimes } from '../carrier.contract.ts'
import type { ChatSubmission, InboundChat, Receipt, SeenReport, SubmitOutcome } from '../carrier.ts'
import type { WhatsAppCarrierConfig } from './config.ts'
import type { WhatsAppLogEvent } from './logEvent.ts'
import type { OwnFile, OwnMedia } from './media.ts'
import { createWhatsApp, type WhatsApp } from './whatsApp.ts'

export interface RigOptions {
  readonly clock?: Clock
  readonly open?: (accountId: string, mediaId: string) => Promise<OwnFile | null>
  readonly config?: Partial<WhatsAppCarrierConfig>
}

/** A number with the id 1001 that is not started, and what it reports. */
export class WhatsAppRig {
  readonly receipts: Receipt[] = []
  readonly seen: SeenReport[] = []
  readonly inbound: InboundChat[] = []
  readonly log: WhatsAppLogEvent[] = []
  readonly carrier: WhatsApp
  roomEvents = 0
  /** Whether what is reported can be committed; null: nobody knows yet. */
  takes: () => boolean | null = () => true

  constructor(
    context: TestContext,
    baseUrl: string,
    { clock = systemClock, open = async () => null, config = {} }: RigOptions = {},
  ) {
    const media: OwnMedia = { open }
    const settle = <T>(kept: T[], report: T, answer: (taken: boolean) => void) => {
      const taken = this.takes()
      if (taken) kept.push(report)
      if (taken !== null) setImmediate(answer, taken)
    }
    this.carrier = createWhatsApp(
      { ...SAMPLE_CONFIG, baseUrl, ...config },
      {
        clock,
        media,
        log: (event) => this.log.push(event),
        events: {
          room: () => {
            this.roomEvents++
          },
          receipt: (receipt, answer) => settle(this.receipts, receipt, answer),
          seen: (seen, answer) => settle(this.seen, seen, answer),
          inboundChat: (message, answer) => settle(this.inbound, message, answer),
        },
      },
    )
    context.after(() => this.carrier.stop(0))
  }

  static async started(...parameters: ConstructorParameters<typeof WhatsAppRig>): Promise<WhatsAppRig> {
    const rig = new WhatsAppRig(...parameters)
    rig.carrier.start()
    await waitFor(() => rig.carrier.room() > 0)
    return rig
  }

  async outcomeOf(content: ChatContent, more: Partial<ChatSubmission> = {}): Promise<SubmitOutcome> {
    const { outcomes } = submitTimes(this.carrier, 1, { ...sampleChat(content), ...more })
    await waitFor(() => outcomes.length === 1)
    const [outcome] = outcomes
    assert.ok(outcome !== undefined)
    return outcome
  }
}

/** A fake clock is moved on while answers are still on their way. */
export const PATIENT = { probeMs: 3_600_000, requestTimeoutMs: 60_000 }

const SAMPLE_CONFIG: WhatsAppCarrierConfig = {
  id: 'wa',
  type: 'whatsapp',
  phoneNumberId: '1001',
  number: '+4930123456',
  accessToken: 'token',
  appSecret: 'secret',
  verifyToken: 'verify me',
  apiVersion: 'v23.0',
  concurrency: 10,
  throughput: 0,
  requestTimeoutMs: 500,
  probeMs: 100,
  reconnectMsMin: 20,
  reconnectMsMax: 50,
}

export function sampleChat(content: ChatContent = { kind: 'text', text: 'Hello' }): ChatSubmission {
  const to = parseNumber('+4915112345678')
  assert.ok(to !== null)
  const expiresAt = Date.now() + 3_600_000
  return { messageId: 'm1', from: '+4930123456', to, content, replyTo: null, accountId: 'acme', expiresAt }
}

export function sampleMedia(media: Partial<ChatMedia> = {}): ChatMedia {
  return { kind: 'media', type: 'image', url: null, mediaId: null, caption: null, fileName: null, ...media }
}
