import type { Submission } from '../channels/channel.ts'
import type { Database } from '../db/database.ts'
import type { Message } from '../messages/message.ts'
import { newestParts, readSegments } from '../messages/readMessages.ts'

/** Claimed messages as submissions: of a long one that was taken in part, only the parts no carrier has go out again. */
export async function partsWithoutCarrier(db: Database, messages: readonly Message[]): Promise<Submission[]> {
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
    const taken = newestParts(segments.get(message.id) ?? []).flatMap(({ status, number }) =>
      status === 'refused' || status === 'in doubt' ? [] : [number],
    )
    return {
      message,
      number: message.submissions + 1,
      partsWanted: taken.length === 0 ? null : rest(message.parts, taken),
    }
  })
}

function rest(parts: number, taken: readonly number[]): number[] {
  return Array.from({ length: parts }, (_, index) => index + 1).filter((number) => !taken.includes(number))
}
