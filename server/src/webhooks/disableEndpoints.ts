import type { Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'
import { announce } from './announce.ts'
import type { NewDelivery } from './delivery.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface DisableEndpointsOptions {
  readonly subscriptions: Subscriptions
  readonly nodeId: string
  readonly now: () => number
  /** After the commit: deliveries to call. */
  readonly announced: (deliveries: readonly NewDelivery[]) => void
  readonly failed: (error: unknown) => void
}

/**
 * The commit step for endpoints that answered that they are gone, by id. An account's own are disabled, what is for them
 * is kept, and the others of their account are told. Flows are deleted: nobody would enable them again.
 */
export function disableEndpointsStep(options: DisableEndpointsOptions): BatchStep<string> {
  const { subscriptions, nodeId, now, announced } = options
  return {
    name: 'webhook endpoints gone',
    urgent: false,
    async write(tx, endpointIds) {
      const ids = JSON.stringify(endpointIds.map((id) => [id]))
      tx.run(deleteFlowsSql, [ids, now()])
      const disabled = await disable(tx, ids, now())
      const deliveries = disabled.flatMap((endpoint) => deliveriesAbout(endpoint, subscriptions, now()))
      announce(tx, deliveries, { nodeId, now: now() })
      return () => {
        subscriptions.refresh().catch(options.failed)
        announced(deliveries)
      }
    },
    failed(endpointIds, error) {
      // It will answer the same again.
      for (const id of endpointIds) subscriptions.release(id)
      options.failed(error)
    },
  }
}

interface DisabledEndpoint {
  readonly id: string
  readonly accountId: string
  readonly url: string
}

/** Why, as its account reads it. */
const disabledReason = 'answered 410'

async function disable(tx: Transaction, ids: string, now: number): Promise<DisabledEndpoint[]> {
  const rows = await tx.all<{ id: string; account_id: string; url: string }>(disableSql, [ids, disabledReason, now])
  return rows.map((row) => ({ id: row.id, accountId: row.account_id, url: row.url }))
}

// The time of a change never stands still, so that every change is seen.
const disableSql = `
  update webhook_endpoints set enabled = 0, disabled_reason = $2,
    updated_at = case when updated_at < cast($3 as bigint) then cast($3 as bigint) else updated_at + 1 end
  where id in (select value->>0 from rows($1)) and format = 'own' and enabled = 1 and deleted_at is null
  returning id, account_id, url`

const deleteFlowsSql = `
  update webhook_endpoints set deleted_at = cast($2 as bigint),
    updated_at = case when updated_at < cast($2 as bigint) then cast($2 as bigint) else updated_at + 1 end
  where id in (select value->>0 from rows($1)) and format <> 'own' and deleted_at is null`

function deliveriesAbout(endpoint: DisabledEndpoint, subscriptions: Subscriptions, now: number): NewDelivery[] {
  const { id, accountId, url } = endpoint
  const deliveries = subscriptions.deliveriesFor({
    accountId,
    messageId: null,
    event: 'endpoint.disabled',
    channel: null,
    number: null,
    ladder: 'receipt',
    body: () =>
      JSON.stringify({ endpointId: id, url, reason: disabledReason, disabledDate: new Date(now).toISOString() }),
  })
  return deliveries.filter((delivery) => delivery.endpointId !== id)
}
