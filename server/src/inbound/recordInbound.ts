import type { InboundPart } from '../carriers/carrier.ts'
import type { Transaction } from '../db/database.ts'
import type { AfterCommit, BatchStep, Written } from '../db/groupCommit.ts'
import { messagesOfSets } from './closeSets.ts'
import type { ReceivedMessage } from './inboundMessage.ts'
import { joinParts } from './joinParts.ts'
import { type InboundTally, type KeepDependencies, keepInbound } from './keepInbound.ts'
import { type InboundAddresses, readAddresses } from './owners.ts'
import { keyText, type SetKey, type SetPart } from './partSet.ts'
import { loadSets, type WantedSets, writeSets } from './setStore.ts'

/** An inbound part on its way into the store. */
export interface InboundEntry {
  readonly part: InboundPart
  readonly receivedAt: number
  /** False: the carrier is to send it again. */
  answer(taken: boolean): void
}

/**
 * Records a batch of inbound parts before any of them is answered. A message of one part is inserted with the call it
 * owes, and nothing is read. Parts of long messages are put to those that came before them, in the store, so that it
 * does not matter in which order, when, on which bind or at which node they come; the last one makes the message.
 */
export function recordInbound(dependencies: KeepDependencies): BatchStep<InboundEntry> {
  return {
    name: 'record inbound',
    urgent: true,
    write(tx, entries) {
      const whole: ReceivedMessage[] = []
      const parts: ArrivedPart[] = []
      for (const entry of entries) {
        const addresses = readAddresses(entry.part, dependencies.ownerOf)
        const concat = entry.part.concat
        if (concat === null || concat.total === 1) whole.push(messageOfOne(entry, addresses, dependencies))
        else parts.push(arrivedPart(entry, concat, addresses))
      }
      return parts.length === 0
        ? keep(tx, entries, { received: whole, repeated: 0, late: 0 }, dependencies)
        : assemble(tx, parts, dependencies).then((made) =>
            keep(tx, entries, { ...made, received: [...whole, ...made.received] }, dependencies),
          )
    },
    failed(entries) {
      for (const entry of entries) entry.answer(false)
    },
  }
}

function keep(
  tx: Transaction,
  entries: readonly InboundEntry[],
  kept: InboundTally,
  dependencies: KeepDependencies,
): Written | Promise<Written> {
  const finish = (announced: AfterCommit) => () => {
    for (const entry of entries) entry.answer(true)
    dependencies.observe(kept)
    announced()
  }
  const keeping = keepInbound(tx, kept.received, dependencies)
  return keeping instanceof Promise ? keeping.then(finish) : finish(keeping)
}

function messageOfOne(
  { part, receivedAt }: InboundEntry,
  { sender, recipient, owner }: InboundAddresses,
  { newId, networkOf }: KeepDependencies,
): ReceivedMessage {
  const { carrierId, dataCoding, payload } = part
  return {
    message: {
      id: newId(),
      accountId: owner?.accountId ?? '',
      sender,
      recipient,
      ...joinParts([{ number: 1, dataCoding, payload: payload.toString('hex') }], 1),
      size: 1,
      mccmnc: networkOf(sender),
      carrierId,
      dataCoding,
      receivedAt,
      recordedAt: receivedAt,
      setId: null,
    },
    parts: [{ number: 1, receivedAt }],
    owner,
  }
}

/** A part of a long message. */
interface ArrivedPart {
  readonly key: SetKey
  readonly part: SetPart
}

function arrivedPart(
  { part: { carrierId, dataCoding, payload }, receivedAt }: InboundEntry,
  { reference, referenceBits, total, number }: NonNullable<InboundPart['concat']>,
  { sender, recipient }: InboundAddresses,
): ArrivedPart {
  return {
    key: { sender, recipient, reference, referenceBits, total },
    part: {
      number,
      carrierId,
      dataCoding,
      payload: payload.toString('hex'),
      receivedAt,
      late: false,
      againAt: null,
    },
  }
}

/** Puts parts to their messages, and gives the messages that are complete now. */
async function assemble(
  tx: Transaction,
  arrived: readonly ArrivedPart[],
  dependencies: KeepDependencies,
): Promise<InboundTally> {
  const byKey = Map.groupBy(arrived, ({ key }) => keyText(key))
  const groups = [...byKey.values()]
  const now = Math.min(...arrived.map(({ part }) => part.receivedAt))
  const sets = await loadSets(tx, groups.flatMap(wantedOf), { now, newId: dependencies.newId })
  const counts = { taken: 0, repeated: 0, late: 0 }
  for (const [index, group] of groups.entries()) {
    for (const { part } of group) counts[sets[index]?.place(part) ?? 'taken'] += 1
  }
  const changes = sets.map((ofKey) => ofKey.changes())
  writeSets(tx, changes)
  const closed = changes.flatMap((change) => change.closed)
  return { received: await messagesOfSets(tx, closed, dependencies), repeated: counts.repeated, late: counts.late }
}

function wantedOf(group: readonly ArrivedPart[]): WantedSets[] {
  const [first] = group
  return first === undefined ? [] : [{ key: first.key, numbers: new Set(group.map(({ part }) => part.number)) }]
}
