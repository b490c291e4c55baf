import type { Database, Transaction } from '../db/database.ts'
import type { BatchStep } from '../db/groupCommit.ts'

/** Frees everything these nodes hold: their own at start and stop, another's once it is known to be dead. */
export function releaseLeases(tx: Transaction, nodeIds: readonly string[]): void {
  const rows = JSON.stringify(nodeIds.map((nodeId) => [nodeId]))
  tx.run(
    `update webhook_deliveries set leased_by = null
     where leased_by is not null and leased_by in (select value->>0 from rows($1))`,
    [rows],
  )
}

/**
 * The commit step that gives single leases back, by delivery id. What could not be written is not kept: the search for
 * strays finds it later.
 */
export function returnLeasesStep(nodeId: string): BatchStep<string> {
  return {
    name: 'webhook leases',
    urgent: false,
    write: (tx, deliveryIds) => returnLeases(tx, { nodeId, deliveryIds }),
    failed() {},
  }
}

export function returnLeases(
  tx: Transaction,
  { nodeId, deliveryIds }: { nodeId: string; deliveryIds: readonly string[] },
): void {
  const rows = JSON.stringify(deliveryIds.map((id) => [id]))
  // The coalesce keeps PostgreSQL from starting at the index of leases, which holds as many rows as this node does.
  tx.run(
    `update webhook_deliveries set leased_by = null
     where coalesce(leased_by, '') = $2 and id in (select value->>0 from rows($1))`,
    [rows, nodeId],
  )
}

/**
 * Ids of deliveries leased to this node that were due at `dueBefore` already, at most `limit`. Those the node does not
 * know are strays: a commit whose answer was lost, or an announcement that was never offered.
 */
export async function leasedDeliveries(
  db: Database,
  { nodeId, dueBefore, limit }: { nodeId: string; dueBefore: number; limit: number },
): Promise<string[]> {
  const rows = await db.read<{ id: string }>(
    `select id from webhook_deliveries where leased_by = $1 and due_at <= cast($2 as bigint)
     limit cast($3 as integer)`,
    [nodeId, dueBefore, limit],
  )
  return rows.map((row) => row.id)
}
