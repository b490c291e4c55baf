import { createServer } from 'node:http'
import { type Clock, systemClock } from '@heliograph/smpp/clock'
import { allRecords } from './allRecords.ts'
import { catalogue, defaultSizes, type SizedName } from './catalogue.ts'
import { openCollection } from './collection.ts'
import { type FaultRule, Faults } from './faults.ts'
import { requestListener } from './requestListener.ts'
import { type FakeRequest, RequestLog } from './requestLog.ts'
import { evenTimeline } from './timeline.ts'
import { type AccountOptions, type ApiKey, makeWorld } from './world.ts'

/**
 * A Twilio to read from. All of Twilio's hosts are below one origin, each by a path prefix of its name:
 *
 * | at Twilio | here |
 * | --- | --- |
 * | `https://api.twilio.com/2010-04-01/Accounts.json` | `{url}/api/2010-04-01/Accounts.json` |
 * | `https://monitor.twilio.com/v1/Alerts` | `{url}/monitor/v1/Alerts` |
 * | `https://NAME.twilio.com/REST` | `{url}/NAME/REST`, NAME being one of api, monitor, conversations, studio, trunking, verify, chat, pricing |
 *
 * Relative addresses in bodies (`uri`, `next_page_uri`, `subresource_uris`) are Twilio's own, without the prefix: they
 * start with `/2010-04-01/` and stand below `{url}/api`. Absolute ones (`url`, `links`, `meta.next_page_url`) have origin
 * and prefix in them and are asked as they are.
 *
 * Records are made from seed and index when they are asked for, so millions cost no memory. The same seed, sizes and
 * `startedAt` make the same records.
 */
export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const { seed = 1, clock = systemClock, accounts = [{}, {}, {}] } = options
  const world = makeWorld({
    seed,
    clock,
    accounts: accounts.length === 0 ? [{}] : accounts,
    startedAt: options.startedAt ?? new Date(clock.now()),
    historyDays: options.historyDays ?? 60,
    pricedAfterSeconds: options.pricedAfterSeconds ?? 0,
    sizes: { ...defaultSizes, ...options.sizes },
  })
  const faults = new Faults()
  const log = new RequestLog(options.requestsMax ?? 100_000)
  const listener = requestListener({
    world,
    faults,
    log,
    pageSizeLimit: options.pageSizeLimit ?? Number.POSITIVE_INFINITY,
    latencyMs: options.latencyMs ?? 0,
    concurrentMax: options.concurrentMax ?? Number.POSITIVE_INFINITY,
  })
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  world.origin = `http://${options.host ?? '127.0.0.1'}:${port}`

  return {
    url: world.origin,
    accounts: world.accounts,
    keys: world.keys,
    requests: () => log.list(),
    clearRequests: () => log.clear(),
    script: (rule) => faults.add(rule),
    clearScript: () => faults.clear(),
    records: (name) => allRecords(world, name),
    grow,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }

  function grow(name: SizedName, count: number, accountIndex = 0): void {
    const resource = catalogue.get(name)
    const account = world.accounts[accountIndex]
    if (resource === undefined || account === undefined) throw new RangeError(`There is no ${name} of ${accountIndex}.`)
    const { timeline } = openCollection(resource, { world, account, parents: [] })
    const newest = timeline.count === 0 ? world.startedAtSecond : timeline.second(timeline.count - 1)
    const startSecond = Math.max(newest, world.startedAtSecond)
    const spanSeconds = Math.max(0, Math.floor(clock.now() / 1000) - startSecond)
    const place = `${name}/${account.sid}`
    const more = evenTimeline({ startSecond, spanSeconds, count })
    world.growth.set(place, [...(world.growth.get(place) ?? []), more])
  }
}

export interface FakeTwilioOptions {
  /** Makes other sids, texts and numbers; default 1. */
  readonly seed?: number
  readonly clock?: Clock
  /** When the newest records were made; default now. */
  readonly startedAt?: Date
  /** How old the main account is, and its oldest records; default 60. Subaccounts are younger. */
  readonly historyDays?: number
  /** The main account and its subaccounts; default three. */
  readonly accounts?: readonly AccountOptions[]
  /** How many records each account has, and each parent on average. What is left out has its default. */
  readonly sizes?: Partial<Record<SizedName, number>>
  /** Messages younger than this have no price yet; default 0. */
  readonly pricedAfterSeconds?: number
  /** No page is larger than this, whatever is asked for; default as large as Twilio's. */
  readonly pageSizeLimit?: number
  /** Time that each answer takes; default 0. */
  readonly latencyMs?: number
  /** Further requests at the same time get 429; default any number. */
  readonly concurrentMax?: number
  /** How many requests are remembered; default 100,000. */
  readonly requestsMax?: number
  readonly host?: string
  /** Default 0: any free one. */
  readonly port?: number
}

export interface FakeTwilio {
  /** The origin, `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The first is the main account. */
  readonly accounts: readonly { readonly sid: string; readonly authToken: string }[]
  /** API keys of the main account: they read no subaccounts, the standard one neither accounts nor keys. */
  readonly keys: { readonly main: ApiKey; readonly standard: ApiKey }
  /** What was asked, oldest first. */
  requests(): readonly FakeRequest[]
  clearRequests(): void
  /** Makes requests go wrong; returns what takes it back. */
  script(rule: FaultRule): () => void
  clearScript(): void
  /** All records there are of a resource, named as the catalogue does, of all accounts and parents, as parsed JSON. */
  records(name: string): Iterable<unknown>
  /** Adds records to an account's list, made between its newest one and now. */
  grow(name: SizedName, count: number, accountIndex?: number): void
  close(): Promise<void>
}
