import { type HttpClient, HttpStatusError, type JsonAnswer } from '@heliograph/airbyte-protocol/httpClient'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import type { Config } from './config.ts'

/** The API of one account. It can only read: there is no way to send with it. */
export interface Api {
  readonly isVendor: boolean
  /**
   * @param path from the base URL on, with a slash in front.
   * @param okStatuses besides 2xx that are an answer.
   * @throws ConfigError where the key is refused or the path is not there, else what `HttpClient.getJson` throws.
   */
  get(path: string, query?: Readonly<Record<string, string>>, okStatuses?: readonly number[]): Promise<JsonAnswer>
}

export function apiOf({ apiKey, baseUrl }: Pick<Config, 'apiKey' | 'baseUrl'>, http: HttpClient): Api {
  return {
    isVendor: VENDOR_HOST.test(new URL(baseUrl).hostname),
    async get(path, query = {}, okStatuses = []) {
      const url = new URL(baseUrl + path)
      url.search = new URLSearchParams(query).toString()
      try {
        return await http.getJson(url, { headers: { apikey: apiKey }, okStatuses })
      } catch (error) {
        throw refusalOf(error, path) ?? error
      }
    },
  }
}

const VENDOR_HOST = /(^|\.)tyntec\.com$/

/** A refused key is for the user to mend; null: it is something else. */
function refusalOf(error: unknown, path: string): ConfigError | null {
  if (!(error instanceof HttpStatusError)) return null
  const { status } = error
  if (status === 401) return new ConfigError('The API key is not known (401): check api_key', { cause: error })
  if (status === 403) {
    const text = `The API key was refused for ${path} (403): check api_key, and whether it may read this`
    return new ConfigError(text, { cause: error })
  }
  if (status >= 300 && status < 400) {
    return new ConfigError(`${path} leads elsewhere (${status}): check base_url`, { cause: error })
  }
  return status === 404 ? new ConfigError(noSuchPath(path), { cause: error }) : null
}

export function noSuchPath(path: string): string {
  return `There is no ${path} (404): check base_url, and whether the account has this API`
}
