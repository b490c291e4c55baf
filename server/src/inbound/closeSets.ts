import type { Transaction } from '../db/database.ts'
import type { InboundMessage, ReceivedMessage } from './inboundMessage.ts'
import { joinParts } from './joinParts.ts'
import type { OwnerOf } from './owners.ts'
import type { PartSet, SetPart } from './partSet.ts'
import { readSetParts } from './setStore.ts'

export interface CloseDependencies {
  readonly ownerOf: OwnerOf
  /** MCC and MNC of the handset's network; null: not known. */
  readonly networkOf: (sender: string) => string | null
}

/** The messages that closed sets make. Their rows must be written already. */
export async function messagesOfSets(
  tx: Transaction,
  sets: readonly PartSet[],
  dependencies: CloseDependencies,
): Promise<ReceivedMessage[]> {
  const messages: ReceivedMessage[] = []
  for (let at = 0; at < sets.length; at += SETS_PER_READ) {
    const some = sets.slice(at, at + SETS_PER_READ)
    const elsewhere = some.filter((set) => partsInMemory(set).length < set.present)
    const read =
      elsewhere.length === 0
        ? new Map<string, SetPart[]>()
        : await readSetParts(
            tx,
            elsewhere.map(({ id }) => id),
          )
    for (const set of some) messages.push(messageOfSet(set, read.get(set.id) ?? partsInMemory(set), dependencies))
  }
  return messages
}

/** So that a flood of long messages is never in memory as parts all at once. */
const SETS_PER_READ = 64

/** All of them when they came in one batch. */
function partsInMemory(set: PartSet): SetPart[] {
  return [...set.parts.values()].filter(({ late }) => !late).toSorted((a, b) => a.number - b.number)
}

function messageOfSet(
  set: PartSet,
  parts: readonly SetPart[],
  { ownerOf, networkOf }: CloseDependencies,
): ReceivedMessage {
  const [first] = parts
  if (set.messageId === null || set.closedAt === null || first === undefined) {
    throw new Error(`the set ${set.id} is not closed, or has no parts`)
  }
  const owner = ownerOf(set.recipient)
  const message: InboundMessage = {
    id: set.messageId,
    accountId: owner?.accountId ?? '',
    sender: set.sender,
    recipient: set.recipient,
    ...joinParts(parts, set.total),
    size: set.total,
    mccmnc: networkOf(set.sender),
    carrierId: first.carrierId,
    dataCoding: first.dataCoding,
    receivedAt: Math.min(...parts.map(({ receivedAt }) => receivedAt)),
    recordedAt: set.closedAt,
    setId: set.id,
  }
  return { message, parts, owner }
}
