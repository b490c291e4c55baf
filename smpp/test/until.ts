import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

/** Waits for a condition that real sockets bring about; fails with `what` when it does not come. */
export async function until(what: string, condition: () => boolean, timeoutMs = 5000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!condition()) {
    assert(performance.now() < deadline, `waited ${timeoutMs} ms for ${what}`)
    await setTimeout(1)
  }
}
