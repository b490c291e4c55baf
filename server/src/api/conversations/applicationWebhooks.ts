import type { CallbackSettings, ShownCallbackSettings } from '../../callbacks/callbackSettings.ts'
import type { Violation } from '../../http/problem.ts'
import { INBOUND_EVENTS, STATUS_EVENTS } from './configurationSchema.ts'

/** A URL, and the events that it is told of; no event: all for which there is no other. */
export interface Webhook {
  readonly events: readonly string[]
  readonly callbackUrl: string
}

/** What is said of an account's callbacks, as webhooks. */
export function webhooksOf(settings: Urls | null): { events: string[]; callbackUrl: string }[] {
  const { inboundMessageUrl: inbound = null, messageStatusUrl: status = null, eventFilter = null } = settings ?? {}
  const filter = eventFilter === null || isAll(eventFilter) ? [] : eventFilter
  if (inbound !== null && inbound === status && filter.length === 0) return [{ events: [], callbackUrl: inbound }]
  const statuses = filter.length === 0 ? STATUS_EVENTS : filter
  if (inbound !== null && inbound === status) {
    return [{ events: [...INBOUND_EVENTS, ...statuses], callbackUrl: inbound }]
  }
  return [
    ...(inbound === null ? [] : [{ events: [...INBOUND_EVENTS], callbackUrl: inbound }]),
    ...(status === null ? [] : [{ events: [...statuses], callbackUrl: status }]),
  ]
}

function isAll(filter: readonly string[]): boolean {
  return filter.length === 0 || STATUS_EVENTS.every((event) => filter.includes(event))
}

type Urls = Pick<ShownCallbackSettings, 'inboundMessageUrl' | 'messageStatusUrl' | 'eventFilter'>

/**
 * What webhooks change of an account's callbacks: an event that none of them names stays where it goes. Callbacks have
 * one URL for what persons write and one for all statuses, so that events which part them further are refused.
 */
export function changeByWebhooks(
  before: Urls | null,
  webhooks: readonly Webhook[],
): { readonly settings: Partial<CallbackSettings> } | { readonly violations: readonly Violation[] } {
  const violations: Violation[] = []
  const others = onlyUrl(
    webhooks,
    ({ events }) => events.length === 0,
    'is not the only one without events',
    violations,
  )
  const inbound = onlyUrl(webhooks, names(INBOUND_EVENTS), 'differs: inbound messages go to one URL', violations)
  const status = onlyUrl(webhooks, names(STATUS_EVENTS), 'differs: all statuses go to one URL', violations)
  const statuses = status === null ? others && { url: others.url, filter: [] } : statusChange(status)
  if (violations.length > 0) return { violations }
  const inboundUrl = (inbound ?? others)?.url
  return {
    settings: {
      ...(inboundUrl === undefined ? {} : { inboundMessageUrl: inboundUrl }),
      ...(statuses === null ? {} : { messageStatusUrl: statuses.url, eventFilter: statuses.filter }),
    },
  }

  /** The events that are not named go where they went, or to the webhook for all others: that has to be the same URL. */
  function statusChange({ url, index }: Found): { url: string; filter: readonly string[] } {
    const named = new Set(webhooks.flatMap(({ events }) => events))
    const wasFilter = before?.eventFilter ?? []
    const was = others?.url ?? before?.messageStatusUrl ?? null
    const wasTold = others !== null || wasFilter.length === 0 ? STATUS_EVENTS : wasFilter
    const left =
      was === null || was === url ? [] : wasTold.filter((event) => !named.has(event) && !NEVER_NAMED.has(event))
    if (left.length > 0) {
      const message = `differs from ${was}, where ${left.join(', ')} still go: all statuses go to one URL`
      violations.push({ field: `webhooks.${index}.callbackUrl`, message })
    }
    const told = STATUS_EVENTS.filter((event) => named.has(event) || (was === url && wasTold.includes(event)))
    return { url, filter: told.length === STATUS_EVENTS.length ? [] : told }
  }
}

/** Version 2 does not have them, or they never happen. */
const NEVER_NAMED: ReadonlySet<string> = new Set(['MessageStatus::dispatched', 'MessageStatus::deleted'])

interface Found {
  readonly url: string
  readonly index: number
}

/** The one URL of the webhooks of a kind; null: there is none of it. */
function onlyUrl(
  webhooks: readonly Webhook[],
  isMeant: (webhook: Webhook) => boolean,
  message: string,
  violations: Violation[],
): Found | null {
  const found = webhooks.flatMap((webhook, index) => (isMeant(webhook) ? [{ url: webhook.callbackUrl, index }] : []))
  const [first = null] = found
  const other = found.find(({ url }) => url !== first?.url)
  if (other !== undefined) violations.push({ field: `webhooks.${other.index}.callbackUrl`, message })
  return first
}

function names(events: readonly string[]): (webhook: Webhook) => boolean {
  return (webhook) => webhook.events.some((event) => events.includes(event))
}
