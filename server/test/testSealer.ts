import { randomBytes } from 'node:crypto'
import { open, seal } from '../src/secrets.ts'
import type { Sealer } from '../src/webhooks/sealer.ts'

/** Seals as app.ts does, with a key of its own. */
export function createTestSealer(key: Buffer = randomBytes(32)): Sealer {
  return { seal: (text, place) => seal(key, text, place), open: (sealed, place) => open(key, sealed, place) }
}
