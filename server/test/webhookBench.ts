import assert from 'node:assert/strict'
import { systemClock } from '../src/clock.ts'
import type { Database } from '../src/db/database.ts'
import { GroupCommit } from '../src/db/groupCommit.ts'
import { createIds } from '../src/ids.ts'
import { announce } from '../src/webhooks/announce.ts'
import { type DeliveryReport, deliveriesOfMessage } from '../src/webhooks/deliveriesOfMessage.ts'
import type { NewDelivery } from '../src/webhooks/delivery.ts'
import { WebhookEngine, type WebhookEngineOptions } from '../src/webhooks/engine.ts'
import { HttpSender } from '../src/webhooks/httpSender.ts'
import { returnLeases } from '../src/webhooks/leases.ts'
import { Subscriptions } from '../src/webhooks/subscriptions.ts'
import { FakeClock } from './fakeClock.ts'
import { createTestSealer } from './testSealer.ts'

export type WebhookBench = ReturnType<typeof createWebhookBench>

/** A webhook engine with real calls and a real store, whose ladder runs on a clock that the test moves. */
export function createWebhookBench(db: Database, options: Partial<WebhookEngineOptions> = {}) {
  const nodeId = options.nodeId ?? 'node-1'
  const clock = new FakeClock()
  const commits = new GroupCommit({ db, clock: systemClock })
  const attempts: string[] = []
  const logged: string[] = []
  const newId = createIds(clock)
  const subscriptions =
    options.subscriptions ??
    new Subscriptions({ db, clock, newId, sealer: createTestSealer(), trouble: (error) => assert.fail(String(error)) })
  const sender = new HttpSender({ clock: systemClock, userAgent: 'Heliograph/test', allowPrivateNetworks: true })
  const engine = new WebhookEngine({
    db,
    commits,
    clock,
    nodeId,
    subscriptions,
    sender,
    random: () => 0.5,
    observe: { attempt: ({ outcome, httpStatus }) => attempts.push(`${outcome} ${httpStatus}`) },
    log: { warn: (_fields, event) => logged.push(event) },
    ...options,
  })
  let count = 0
  const create = (url: string, times: number, over: Partial<NewDelivery> = {}): NewDelivery[] =>
    Array.from({ length: times }, () => ({
      id: `${nodeId}-${String(++count).padStart(6, '0')}`,
      accountId: 'acme',
      messageId: 'm1',
      event: 'message.status',
      url,
      method: 'POST',
      body: '{"status":"delivered"}',
      ladder: 'receipt',
      ...over,
    }))

  return {
    engine,
    subscriptions,
    newId,
    clock,
    commits,
    attempts,
    logged,
    create,
    /** Announced and committed, then offered, as the code that changes a status does it. */
    async send(url: string, times = 1, over: Partial<NewDelivery> = {}): Promise<NewDelivery[]> {
      const deliveries = create(url, times, over)
      await db.write((tx) => announce(tx, deliveries, { nodeId, now: clock.now() }))
      engine.offer(deliveries)
      return deliveries
    },
    /** Announced and committed by a process that died before it could offer. */
    async leaveLeased(url: string, times = 1, leasedBy = nodeId): Promise<void> {
      const deliveries = create(url, times)
      await db.write((tx) => announce(tx, deliveries, { nodeId: leasedBy, now: clock.now() }))
    },
    /** In the table, due, held by nobody. */
    async leaveWaiting(url: string, times = 1): Promise<void> {
      const deliveries = create(url, times)
      await db.write((tx) => {
        announce(tx, deliveries, { nodeId, now: clock.now() })
        returnLeases(tx, { nodeId, deliveryIds: deliveries.map((delivery) => delivery.id) })
      })
    },
    reports: (): Promise<DeliveryReport[]> => deliveriesOfMessage(db, 'acme', 'm1'),
    async countOf(where: string): Promise<number> {
      const [row] = await db.read<{ n: number }>(`select count(*) as n from webhook_deliveries where ${where}`)
      return row?.n ?? 0
    },
  }
}
