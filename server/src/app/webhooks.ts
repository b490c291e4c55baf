import packageJson from '../../package.json' with { type: 'json' }
import type { GroupCommit } from '../db/groupCommit.ts'
import type { SignCall } from '../webhooks/callRequest.ts'
import { WebhookEngine } from '../webhooks/engine.ts'
import { HttpSender } from '../webhooks/httpSender.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import type { Ground } from './ground.ts'

/** The engine that calls customers, not started yet. */
export function buildWebhooks(
  { config, clock, log, db, nodeId, metrics }: Ground,
  { commits, subscriptions, sign }: { commits: GroupCommit; subscriptions: Subscriptions; sign: SignCall },
): WebhookEngine {
  const { allowPrivateNetworks } = config.webhooks
  const userAgent = `Heliograph/${packageJson.version}`
  return new WebhookEngine({
    db,
    commits,
    clock,
    nodeId,
    subscriptions,
    sign,
    sender: new HttpSender({ clock, userAgent, allowPrivateNetworks }),
    retentionMs: config.retention.webhooksDays * DAY_MS,
    log,
    observe: {
      attempt({ event, outcome, durationMs }) {
        metrics.callbacks.count(event, outcome)
        metrics.callbackSeconds.observe(durationMs / 1000)
      },
      expired: (count) => metrics.callbacksExpired.inc(count),
      backlog({ waiting, queued, open }) {
        metrics.callbacksWaiting.set({ place: 'table' }, waiting)
        metrics.callbacksWaiting.set({ place: 'memory' }, queued + open)
      },
    },
  })
}

const DAY_MS = 86_400_000
