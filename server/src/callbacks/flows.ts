import type { ChatChannel } from '../chat/chat.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import {
  type EndpointRecord,
  insertEndpoint,
  lockEndpoint,
  lockTwin,
  updateEndpoint,
} from '../webhooks/endpointRows.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import { numberKey } from './placeKey.ts'

/** Automations that are started by what persons write: triggers of Power Automate. */
export interface Flows {
  /**
   * From then on each message to the number is sent to `url`, until it answers 404 or 410. Several flows may watch one
   * number; whoever subscribes the same once more gets the flow that is there. Null: the account has `flowsMax` of them
   * already.
   */
  subscribe(flow: NewFlow): Promise<{ readonly id: string } | null>
  /** What was still to be sent is given up. False: the account has no such flow. */
  unsubscribe(accountId: string, id: string): Promise<boolean>
}

export interface NewFlow {
  readonly accountId: string
  readonly channel: ChatChannel | null // null: all
  /** The account's own, with + or without. */
  readonly number: string | null // null: all
  /** An absolute URL that passed `checkCallbackUrl`. */
  readonly url: string
}

export interface FlowsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly subscriptions: Pick<Subscriptions, 'refresh'>
}

/** Flows of one account. */
export const flowsMax = 1_000

/** A flow is a webhook endpoint that its account does not see: it comes with the automation and goes with it. */
export function createFlows({ db, clock, newId, subscriptions }: FlowsOptions): Flows {
  return {
    async subscribe(flow) {
      const record = endpointOf(flow, { id: newId(), now: clock.now() })
      const id = await db.write(async (tx) => {
        const twin = await lockTwin(tx, record)
        if (twin !== null) return twin.id
        return (await insertEndpoint(tx, record, flowsMax)) ? record.id : null
      })
      if (id === null) return null
      // One that is there already may be another node's, which is not known here yet.
      await subscriptions.refresh()
      return { id }
    },

    async unsubscribe(accountId, id) {
      const deleted = await db.write(async (tx) => {
        const endpoint = await lockEndpoint(tx, { accountId, id, format: FORMAT })
        if (endpoint === null) return false
        const now = clock.now()
        // The time of a change never stands still, so that every change is seen.
        updateEndpoint(tx, { ...endpoint, deletedAt: now, updatedAt: Math.max(now, endpoint.updatedAt + 1) })
        return true
      })
      if (deleted) await subscriptions.refresh()
      return deleted
    },
  }
}

const FORMAT = 'power automate'

function endpointOf(
  { accountId, channel, number, url }: NewFlow,
  { id, now }: { id: string; now: number },
): EndpointRecord {
  return {
    id,
    accountId,
    format: FORMAT,
    url,
    method: 'POST',
    events: ['message.inbound'],
    channels: channel === null ? [] : [channel],
    numbers: number === null ? [] : [numberKey(number)],
    ordered: false,
    enabled: true,
    disabledReason: null,
    signatureMethod: 'HS256',
    secret: null,
    previousSecret: null,
    previousSecretUntil: null,
    headerName: null,
    headerValue: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  }
}
