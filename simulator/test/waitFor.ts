import { setTimeout } from 'node:timers/promises'

/** Resolves with what `find` finds, once it finds something; rejects when that takes longer than `timeoutMs`. */
export async function waitFor<Found>(
  what: string,
  find: () => Found | undefined | Promise<Found | undefined>,
  timeoutMs = 5000,
): Promise<Found> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await setTimeout(POLL_MS)) {
    const found = await find()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`Waited ${timeoutMs} ms for ${what}`)
}

const POLL_MS = 2
