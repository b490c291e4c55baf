import type { OnDoubt } from '../carriers/carrier.ts'
import type { Submission } from '../channels/channel.ts'
import type { Database } from '../db/database.ts'
import type { Message } from '../messages/message.ts'
import { newestParts, readSegments } from '../messages/readMessages.ts'

/**
 * Claimed messages as submissions: of a long one that was taken in part, only the parts no carrier has go out again. A
 * part in doubt counts as taken where the carrier must not see it twice.
 */
export async function partsWithoutCarrier(
  db: Database,
  messages: readonly Message[],
  onDoubt: (carrierId: string) => OnDoubt,
): Promise<Submission[]> {
  const tried = messages.filter(({ parts, submissions }) => parts > 1 && submissions > 0)
  const segments = Map.groupBy(
    tried.length === 0
      ? []
      : await readSegments(
          db,
          tried.map(({ id }) => id),
        ),
    ({ messageId }) => messageId,
  )
  return messages.map((message) => {
    const parts = newestParts(segments.get(message.id) ?? [])
    const held = parts.filter(({ status, carrierId }) => status === 'in doubt' && onDoubt(carrierId) === 'hold')
    const taken = [...held, ...parts.filter(({ status }) => status !== 'refused' && status !== 'in doubt')]
    return {
      message,
      number: message.submissions + 1,
      partsWanted: taken.length === 0 ? null : rest(message.parts, new Set(taken.map(({ number }) => number))),
      doubtHeld: held.length > 0,
    }
  })
}

function rest(parts: number, taken: ReadonlySet<number>): number[] {
  return Array.from({ length: parts }, (_, index) => index + 1).filter((number) => !taken.has(number))
}
