import { createHash, randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@heliograph/smpp/clock'
import { PlanTable } from '../planTable.ts'
import { RecentMap } from '../recentMap.ts'
import { Timers } from '../timers.ts'
import { type BusinessNumber, BusinessNumbers } from './businessNumbers.ts'
import { ChatHandsets } from './chatHandsets.ts'
import type { ChatOrder } from './chatOrder.ts'
import { type ChatPlan, deliveredChat, happensMs, type PlannedStatus, reachesPhoneMs } from './chatPlan.ts'
import { type InboundChat, renderInbound } from './inboundChat.ts'
import { magicChat } from './magicChat.ts'
import { MediaStore, type StoredMedia } from './mediaStore.ts'
import { renderStatus } from './renderStatus.ts'
import { ServiceWindows } from './serviceWindows.ts'
import { Templates } from './templates.ts'
import { Webhooks } from './webhooks.ts'

export interface WhatsAppCloudOptions {
  readonly clock?: Clock
  /** With the same seed every run gives out the same message ids. */
  readonly seed?: string
}

/** A message that was taken. */
export interface SentChat {
  readonly id: string
  readonly business: BusinessNumber
  readonly order: ChatOrder
}

/** Meta's side of WhatsApp with phones behind it: takes messages, and tells what becomes of them and what people write. */
export class WhatsAppCloud {
  readonly numbers = new BusinessNumbers()
  readonly templates = new Templates()
  readonly media = new MediaStore()
  readonly handsets = new ChatHandsets()
  readonly plans = new PlanTable<ChatPlan>({ magic: magicChat, usual: deliveredChat })
  readonly clock: Clock
  readonly #seed: string
  readonly #timers: Timers
  readonly #webhooks: Webhooks
  readonly #windows = new ServiceWindows()
  readonly #sent = new RecentMap<string, SentChat>(SENT_MAX)
  readonly #taken = new Map<string, { second: number; count: number }>()
  #created = 0

  constructor({ clock = systemClock, seed = randomUUID() }: WhatsAppCloudOptions = {}) {
    this.clock = clock
    this.#seed = seed
    this.#timers = new Timers(clock)
    this.#webhooks = new Webhooks(this.#timers)
  }

  /** Counts a message. False: the number has had its messages for this second, or too much is under way. */
  takesMore({ phoneNumberId, messagesPerSecondMax = null }: BusinessNumber): boolean {
    if (this.#timers.size >= TIMERS_MAX) return false
    if (messagesPerSecondMax === null) return true
    const second = Math.floor(this.clock.now() / 1_000)
    const taken = this.#taken.get(phoneNumberId)
    const count = taken?.second === second ? taken.count : 0
    if (count >= messagesPerSecondMax) return false
    this.#taken.set(phoneNumberId, { second, count: count + 1 })
    return true
  }

  /** @param text what the phone will show */
  send(business: BusinessNumber, order: ChatOrder, { plan, text }: { plan: ChatPlan; text: string | null }): SentChat {
    const sent: SentChat = { id: this.#newId(order.to), business, order }
    this.#sent.set(sent.id, sent)
    const isOutside =
      plan.window === 'kept' && order.type !== 'template' && !this.#windows.isOpen(business, order.to, this.clock.now())
    const actual = isOutside ? { ...plan, statuses: [OUTSIDE_WINDOW] } : plan
    const takenAt = this.clock.now()
    const arrivesMs = reachesPhoneMs(actual)
    if (arrivesMs !== null) this.#timers.after(arrivesMs, () => this.#deliver(sent, text))
    for (const planned of actual.statuses) {
      const at = takenAt + happensMs(actual, planned)
      this.#timers.after(planned.delayMs, () => this.#tell(sent, { ...planned, at }))
    }
    return sent
  }

  /** A person writes; `copies` says how often it is told. */
  receive(business: BusinessNumber, inbound: InboundChat, copies: number): string {
    const id = this.#newId(inbound.from)
    const at = this.clock.now()
    this.#windows.open(business, inbound.from, at)
    const news = renderInbound(inbound, { id, at, business, file: this.#keep(inbound) })
    for (let copy = 0; copy < copies; copy++) this.#webhooks.tell(business, id, news)
    return id
  }

  /** The person opens the chat. False: no phone has this message. */
  read(id: string): boolean {
    const sent = this.#sent.get(id)
    if (sent === undefined || !this.handsets.markRead(sent.order.to, id)) return false
    this.#tell(sent, { status: 'read', code: null, at: this.clock.now() })
    return true
  }

  /** Resolves after `delayMs`, or when the cloud closes. */
  wait(delayMs: number): Promise<void> {
    return this.#timers.wait(delayMs)
  }

  /** Forgets what is still to be told. */
  async close(): Promise<void> {
    this.#timers.close()
    await this.#webhooks.close()
  }

  #deliver({ id, business, order }: SentChat, text: string | null): void {
    const { to, type, content, replyTo } = order
    this.handsets.receive(to, {
      id,
      from: `+${business.number}`,
      to: `+${to}`,
      at: new Date(this.clock.now()).toISOString(),
      type,
      text,
      content,
      media: typeof content.id === 'string' ? describe(this.media.find(content.id)) : null,
      replyTo,
      read: false,
    })
  }

  #tell(sent: SentChat, planned: Pick<PlannedStatus, 'status' | 'code'> & { readonly at: number }): void {
    if (planned.status === 'read') this.handsets.markRead(sent.order.to, sent.id)
    this.#webhooks.tell(sent.business, sent.id, { statuses: [renderStatus(sent, planned)] })
  }

  #keep({ content }: InboundChat): StoredMedia | null {
    return content.kind === 'media' ? this.media.keep(content) : null
  }

  /** Looks like Meta's: Base64 of the number and something unique, between bytes that mean something to them only. */
  #newId(number: string): string {
    const unique = createHash('sha256')
      .update(`${this.#seed}:${this.#created++}`)
      .digest('hex')
      .slice(0, 18)
    const text = `\x1c\x18${String.fromCharCode(number.length)}${number}\x15\x02\x00\x11\x18\x12${unique.toUpperCase()}\x00`
    return `wamid.${Buffer.from(text, 'latin1').toString('base64')}`
  }
}

function describe(media: StoredMedia | undefined) {
  if (media === undefined) return null
  const { id, contentType, bytes, sha256 } = media
  return { id, contentType, sizeBytes: bytes.length, sha256 }
}

const OUTSIDE_WINDOW: PlannedStatus = { status: 'failed', delayMs: 0, code: 131_047 }
const SENT_MAX = 10_000
const TIMERS_MAX = 30_000
