import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { CloseDependencies } from './closeSets.ts'
import { type AnnounceInbound, insertInbound, type ReceivedMessage } from './inboundMessage.ts'
import type { OptOuts } from './optOuts.ts'

export interface KeepDependencies extends CloseDependencies {
  readonly newId: () => string
  readonly announce: AnnounceInbound
  readonly optOuts: OptOuts
  readonly observe: (kept: InboundTally) => void
}

/** What happened in one transaction, for metrics and the log. */
export interface InboundTally {
  readonly received: readonly ReceivedMessage[]
  /** Parts of long messages that were there already, or came when their message had been forwarded without them. */
  readonly repeated: number
  readonly late: number
}

/** Records whole messages, the calls they owe, and what their keywords change. */
export function keepInbound(
  tx: Transaction,
  received: readonly ReceivedMessage[],
  { announce, optOuts }: KeepDependencies,
): AfterCommit | Promise<AfterCommit> {
  if (received.length === 0) return () => {}
  insertInbound(
    tx,
    received.map(({ message }) => message),
  )
  const announced = announce(tx, received)
  const recording = optOuts.record(tx, received)
  if (recording === null) return announced
  return recording.then((recorded) => () => {
    announced()
    recorded()
  })
}
