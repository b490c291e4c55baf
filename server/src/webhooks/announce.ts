import type { Transaction } from '../db/database.ts'
import { endpointKey, type NewDelivery } from './delivery.ts'
import { expiresAt } from './ladder.ts'

/**
 * Writes deliveries in the caller's transaction, already leased to this node. Once it is committed the caller hands the
 * same list to `WebhookEngine.offer`, which calls the customers without reading the table; should the process die in
 * between, the next start finds the leases.
 */
export function announce(
  tx: Transaction,
  deliveries: readonly NewDelivery[],
  { nodeId, now }: { nodeId: string; now: number },
): void {
  if (deliveries.length === 0) return
  const rows = deliveries.map((delivery) => [
    delivery.id,
    delivery.accountId,
    endpointKey(delivery.accountId, delivery.url),
    delivery.messageId,
    delivery.event,
    delivery.url,
    delivery.method,
    delivery.body,
    delivery.ladder,
    expiresAt(delivery.ladder, now),
  ])
  tx.run(insertSql, [JSON.stringify(rows), now, nodeId])
}

const insertSql = `
  insert into webhook_deliveries (id, account_id, endpoint_key, message_id, event, url, method, body, ladder,
    status, attempts, due_at, leased_by, created_at, expires_at)
  select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
    'pending', 0, cast($2 as bigint), cast($3 as text), cast($2 as bigint), cast(value->>9 as bigint)
  from rows($1)`
