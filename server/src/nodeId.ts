import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readOrKeep } from './keptFile.ts'

/**
 * The name under which this node holds leases: `node.id` of the config, or else one made at the first start and kept in
 * the data folder, so that a node that comes back knows its own leases. No two running nodes may have the same.
 */
export async function loadNodeId(config: { node: { id: string | null }; dataDirectory: string }): Promise<string> {
  if (config.node.id !== null) return config.node.id
  return (await readOrKeep(join(config.dataDirectory, 'node'), () => `node-${randomUUID().slice(0, 8)}\n`)).trim()
}
