import type { HttpClient } from '@heliograph/airbyte-protocol/httpClient'
import type { TwilioConfig } from './config.ts'
import { type Hosts, hostsAt, type TwilioHost } from './hosts.ts'
import { PagesAhead } from './pagesAhead.ts'

/** Twilio's hosts, asked with the user's credentials. */
export interface TwilioApi {
  readonly hosts: Hosts
  readonly ahead: PagesAhead
  /** When Twilio gave its first answer, by its own clock; null: it gave none yet, or no time. */
  readonly firstAnswerMs: number | null
  /** @param path and query. @returns the parsed body. @throws as HttpClient.getJson. */
  get(host: TwilioHost, path: string): Promise<unknown>
}

export function twilioApi(config: TwilioConfig, http: HttpClient): TwilioApi {
  const hosts = hostsAt(config.baseUrl)
  const credentials = Buffer.from(`${config.user}:${config.password}`).toString('base64')
  let firstAnswerMs: number | null = null
  const options = { headers: { authorization: `Basic ${credentials}` } }
  return {
    hosts,
    ahead: new PagesAhead(PAGES_AHEAD_MAX),
    get firstAnswerMs() {
      return firstAnswerMs
    },
    async get(host, path) {
      const { body, headers } = await http.getJson(hosts.url(host, path), options)
      firstAnswerMs ??= timeOf(headers)
      return body
    },
  }
}

/** Path and query of a list's first page. */
export function firstPage(path: string, query: Readonly<Record<string, string | number>>): string {
  const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
  return `${path}${path.includes('?') ? '&' : '?'}${parameters}`
}

function timeOf(headers: Headers): number | null {
  const timeMs = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(timeMs) ? null : timeMs
}

const PAGES_AHEAD_MAX = 1
