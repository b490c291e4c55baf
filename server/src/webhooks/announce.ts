import type { Transaction } from '../db/database.ts'
import { deliveryKey, type NewDelivery } from './delivery.ts'
import { expiresAt } from './ladder.ts'

/**
 * Writes deliveries in the caller's transaction, already leased to this node. Once it is committed the caller hands the
 * same list to `WebhookEngine.offer`, which calls the customers without reading the table; should the process die in
 * between, the next start finds the leases. Deliveries to ordered endpoints get the next sequence numbers and no lease:
 * only the table knows which one is first.
 */
export function announce(
  tx: Transaction,
  deliveries: readonly NewDelivery[],
  { nodeId, now }: { nodeId: string; now: number },
): void {
  if (deliveries.length === 0) return
  const configured = deliveries.filter((delivery) => delivery.endpointId !== undefined)
  const adHoc =
    configured.length === 0 ? deliveries : deliveries.filter((delivery) => delivery.endpointId === undefined)
  if (adHoc.length > 0) {
    tx.run(insertSql, [JSON.stringify(adHoc.map((delivery) => rowOf(delivery, now))), now, nodeId])
  }
  if (configured.length > 0) announceToEndpoints(tx, configured, { nodeId, now })
}

function announceToEndpoints(
  tx: Transaction,
  deliveries: readonly NewDelivery[],
  { nodeId, now }: { nodeId: string; now: number },
): void {
  const byEndpoint = Map.groupBy(deliveries, (delivery) => delivery.endpointId ?? '')
  const counts = JSON.stringify([...byEndpoint].map(([id, own]) => [id, own.length]))
  // Nodes that announce to the same endpoints meet at the first of them instead of in a deadlock.
  if (byEndpoint.size > 1) tx.run(lockSql, [counts])
  tx.run(countSql, [counts])
  const rows = [...byEndpoint].flatMap(([id, own]) =>
    own.map((delivery, index) => [...rowOf(delivery, now), id, own.length - 1 - index]),
  )
  tx.run(insertForEndpointsSql, [JSON.stringify(rows), now, nodeId])
}

function rowOf(delivery: NewDelivery, now: number): unknown[] {
  return [
    delivery.id,
    delivery.accountId,
    deliveryKey(delivery),
    delivery.messageId,
    delivery.event,
    delivery.url,
    delivery.method,
    delivery.body,
    delivery.ladder,
    expiresAt(delivery.ladder, now),
    delivery.signer ?? null,
  ]
}

const insertSql = `
  insert into webhook_deliveries (id, account_id, endpoint_key, message_id, event, url, method, body, ladder,
    status, attempts, due_at, leased_by, created_at, expires_at, signer)
  select value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8,
    'pending', 0, cast($2 as bigint), cast($3 as text), cast($2 as bigint), cast(value->>9 as bigint), value->>10
  from rows($1)`

const lockSql = `
  select id from webhook_endpoints where ordered = 1 and id in (select value->>0 from rows($1))
  order by id {pg:for update}`

// The row stays locked until the commit, so numbers are committed in their order, and a rollback leaves no gap.
const countSql = `
  update webhook_endpoints set last_sequence = last_sequence + v.v_count
  from (select value->>0 as v_id, cast(value->>1 as integer) as v_count from rows($1)) as v
  where webhook_endpoints.id = v.v_id and webhook_endpoints.ordered = 1`

const insertForEndpointsSql = `
  insert into webhook_deliveries (id, account_id, endpoint_key, message_id, event, url, method, body, ladder,
    status, attempts, due_at, leased_by, created_at, expires_at, signer, endpoint_id, sequence)
  select v_id, v_account_id, v_key, v_message_id, v_event, v_url, v_method, v_body, v_ladder,
    'pending', 0, cast($2 as bigint), case when ordered = 1 then null else cast($3 as text) end, cast($2 as bigint),
    v_expires_at, v_signer, v_endpoint_id, case when ordered = 1 then last_sequence - v_behind else 0 end
  from (select value->>0 as v_id, value->>1 as v_account_id, value->>2 as v_key, value->>3 as v_message_id,
      value->>4 as v_event, value->>5 as v_url, value->>6 as v_method, value->>7 as v_body, value->>8 as v_ladder,
      cast(value->>9 as bigint) as v_expires_at, value->>10 as v_signer, value->>11 as v_endpoint_id,
      cast(value->>12 as bigint) as v_behind
    from rows($1)) as v
    join webhook_endpoints on webhook_endpoints.id = v.v_endpoint_id`
