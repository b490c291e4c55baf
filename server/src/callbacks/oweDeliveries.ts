import type { ChatHappening, ChatStatusHappening } from '../chat/chatHappening.ts'
import type { ChatInbound } from '../chat/chatInbound.ts'
import type { NewDelivery } from '../webhooks/delivery.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import { numberKey, placeKey } from './placeKey.ts'
import { renderFlow } from './renderFlow.ts'
import { type MediaUrl, renderInbound, tellsOf } from './renderInbound.ts'
import { renderStatus, statusEventName } from './renderStatus.ts'
import type { SettingsMemory } from './settingsMemory.ts'

export interface Telling {
  readonly memory: Pick<SettingsMemory, 'effective'>
  readonly subscriptions: Pick<Subscriptions, 'deliveriesFor'>
  readonly newId: () => string
  readonly mediaUrl: MediaUrl
}

/** Whom a happening is to be told, each in its form. */
export function deliveriesOf(telling: Telling, happening: ChatHappening): NewDelivery[] {
  return happening.kind === 'status' ? ofStatus(telling, happening) : ofInbound(telling, happening.inbound)
}

/** The account's own endpoints hear of the steps, which are messages like all others. */
function ofStatus({ memory, newId }: Telling, happening: ChatStatusHappening): NewDelivery[] {
  const { message, event, channel, number } = happening
  const { id: messageId, accountId } = message
  const signer = placeKey(channel, number)
  const settings = memory.effective(accountId, signer)
  const url = message.callbackUrl ?? settings.messageStatusUrl
  if (url === null || isFilteredOut(settings.eventFilter, statusEventName(event))) return []
  const body = renderStatus(happening, settings.callbackVersion)
  if (body === null) return []
  const about = { accountId, messageId, event: 'message.status', ladder: 'receipt' } as const
  return [{ ...about, id: newId(), url, method: 'POST', body, signer }]
}

function isFilteredOut(filter: ReadonlySet<string>, name: string): boolean {
  return filter.size > 0 && !filter.has(name)
}

function ofInbound({ memory, subscriptions, newId, mediaUrl }: Telling, inbound: ChatInbound): NewDelivery[] {
  const { id: messageId, accountId, channel, to } = inbound
  const signer = placeKey(channel, to)
  const about = { accountId, messageId, event: 'message.inbound', ladder: 'conversation' } as const
  const { inboundMessageUrl: url, callbackVersion } = memory.effective(accountId, signer)
  const call = () => ({ method: 'POST', body: renderInbound(inbound, callbackVersion, mediaUrl), signer }) as const
  return [
    ...(url === null || !tellsOf(inbound, callbackVersion) ? [] : [{ ...about, id: newId(), url, ...call() }]),
    // SMS have a form of their own there, and are announced in it.
    ...(channel === 'sms'
      ? []
      : subscriptions.deliveriesFor({
          ...about,
          channel,
          number: to,
          body: () => renderInbound(inbound, '2.13', mediaUrl),
        })),
    ...subscriptions.deliveriesFor({
      ...about,
      format: 'power automate',
      channel,
      number: numberKey(to),
      body: () => renderFlow(inbound, mediaUrl),
    }),
  ]
}
