import { isObject } from './isObject.ts'
import { ConfigError, type SyncMode } from './source.ts'

/** What the user chose of a stream. Other properties, of this or later versions of the protocol, are left alone. */
export interface ConfiguredStream {
  readonly name: string
  readonly syncMode: SyncMode
  /** The platform's number of this sync, the same for all its attempts; null: the runner counts none. */
  readonly syncId: number | null
}

/** @param json a ConfiguredAirbyteCatalog. @throws ConfigError naming every fault in it. */
export function readConfiguredCatalog(json: unknown): readonly ConfiguredStream[] {
  if (!isObject(json) || !Array.isArray(json.streams)) {
    throw new ConfigError('The catalog must be an object with an array "streams"')
  }
  const faults: string[] = []
  const streams = json.streams.flatMap((entry: unknown, index: number) => {
    const stream = readStream(entry)
    if (typeof stream !== 'string') return [stream]
    faults.push(`streams[${index}] ${stream}`)
    return []
  })
  const names = streams.map(({ name }) => name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  faults.push(...[...twice].map((name) => `stream "${name}" is there twice`))
  if (faults.length > 0) throw new ConfigError(`The catalog cannot be used: ${faults.slice(0, FAULTS_MAX).join('; ')}`)
  return streams
}

/** The stream, or what is wrong with it. */
function readStream(entry: unknown): ConfiguredStream | string {
  if (!isObject(entry)) return 'is not an object'
  if (!isObject(entry.stream)) {
    if (typeof entry.name !== 'string') return 'has no object "stream"'
    return 'is a stream as "discover" shows it: put it into {"stream": …, "sync_mode": …, "destination_sync_mode": …}'
  }
  const { name } = entry.stream
  if (typeof name !== 'string' || name === '') return 'has a stream without "name"'
  const syncMode = entry.sync_mode ?? 'full_refresh'
  if (syncMode !== 'full_refresh' && syncMode !== 'incremental') {
    return `("${name}") has a sync_mode that is neither "full_refresh" nor "incremental"`
  }
  return { name, syncMode, syncId: typeof entry.sync_id === 'number' ? entry.sync_id : null }
}

const FAULTS_MAX = 20
