import type { Sealer } from '../src/sealer.ts'
import { open, seal } from '../src/secrets.ts'

/** Seals as app.ts does. */
export function createTestSealer(key: Buffer = Buffer.alloc(32, 'test')): Sealer {
  return { seal: (text, place) => seal(key, text, place), open: (sealed, place) => open(key, sealed, place) }
}
