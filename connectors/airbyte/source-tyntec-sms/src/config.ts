import { isObject } from '@heliograph/airbyte-protocol/isObject'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { REQUEST_ID_PATTERN, START_DATE_PATTERN, VENDOR_URL, WORKERS_DEFAULT, WORKERS_MAX } from './specification.ts'

export interface Config {
  readonly apiKey: string
  /** Each once, in the order given. Empty: messages are listed, which only Heliograph can. */
  readonly requestIds: readonly string[]
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly startDate: string | null // null: from the first message on
  readonly workers: number
}

/** @throws ConfigError naming every wrong field, never its value. */
export function readConfig(json: unknown): Config {
  if (!isObject(json)) throw new ConfigError('The config must be a JSON object')
  const faults: string[] = []
  const read = <Value>(field: string, parse: (value: unknown) => Value | Fault, otherwise: Value): Value => {
    const value = json[field]
    // Forms send null or nothing at all for a field that was left empty.
    if (value === undefined || value === null || value === '') return otherwise
    const parsed = parse(value)
    if (!(parsed instanceof Fault)) return parsed
    faults.push(`${field} ${parsed.text}`)
    return otherwise
  }
  const config = {
    apiKey: read('api_key', parseApiKey, ''),
    requestIds: read('request_ids', parseRequestIds, []),
    baseUrl: read('base_url', parseBaseUrl, VENDOR_URL),
    startDate: read('start_date', parseStartDate, null),
    workers: read('num_workers', parseWorkers, WORKERS_DEFAULT),
  }
  if (config.apiKey === '' && !faults.some((fault) => fault.startsWith('api_key ')))
    faults.unshift('api_key is missing')
  if (faults.length > 0) throw new ConfigError(`The config cannot be used: ${faults.join('; ')}`)
  return config
}

class Fault {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

function parseApiKey(value: unknown): string | Fault {
  const isHeaderText = typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
  return isHeaderText ? value : new Fault('must be text without spaces, line breaks and special characters')
}

function parseRequestIds(value: unknown): readonly string[] | Fault {
  if (!Array.isArray(value)) return new Fault('must be a list of request IDs')
  const ids = value.map((id: unknown) => (typeof id === 'string' ? id.trim() : ''))
  const wrong = ids.findIndex((id) => !REQUEST_ID.test(id))
  if (wrong !== -1) return new Fault(`has something else than a request ID at place ${wrong + 1}`)
  return [...new Set(ids)]
}

const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN)

function parseBaseUrl(value: unknown): string | Fault {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    return new Fault('must be a URL that starts with https://')
  if (url.username !== '' || url.password !== '') return new Fault('must not contain a user name or a password')
  if (url.search !== '' || url.hash !== '') return new Fault('must not contain "?" or "#"')
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return new Fault('must start with https://: the API key would travel unencrypted')
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

function parseStartDate(value: unknown): string | Fault {
  const isTime = typeof value === 'string' && START_DATE.test(value) && !Number.isNaN(Date.parse(value))
  return isTime ? value : new Fault('must be a UTC time like 2026-01-01T00:00:00Z')
}

const START_DATE = new RegExp(START_DATE_PATTERN)

function parseWorkers(value: unknown): number | Fault {
  const isInRange = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= WORKERS_MAX
  return isInRange ? value : new Fault(`must be a whole number from 1 to ${WORKERS_MAX}`)
}
