import { isObject } from './isObject.ts'
import { ConfigError } from './source.ts'

/** The stream_state of each stream that has one, by the stream's name. */
export type InputState = ReadonlyMap<string, unknown>

/**
 * Reads what `--state` names, in every form runners have given it: an array of AirbyteStateMessages (STREAM, GLOBAL or
 * LEGACY, bare or within their envelopes), one such message, or the oldest: an object {stream name: stream_state}.
 * @throws ConfigError saying which entry cannot be read.
 */
export function readInputState(json: unknown): InputState {
  const states = new Map<string, unknown>()
  if (json === null) return states
  const messages = Array.isArray(json) ? json : [json]
  for (const [index, message] of messages.entries()) {
    const where = Array.isArray(json) ? `The state's entry ${index}` : 'The state'
    for (const [name, state] of readMessage(message, where)) states.set(name, state)
  }
  return states
}

type Entries = readonly (readonly [string, unknown])[]

function readMessage(message: unknown, where: string): Entries {
  if (!isObject(message)) throw new ConfigError(`${where} is not an object`)
  if (message.type === 'STATE') return readMessage(message.state, where)
  if (message.type === 'STREAM' || isStreamState(message.stream)) return [readStreamState(message.stream, where)]
  if (message.type === 'GLOBAL') return readGlobal(message.global, where)
  if (message.type === 'LEGACY' || isObject(message.data)) return readMap(message.data ?? {}, where)
  return readMap(message, where)
}

function readGlobal(global: unknown, where: string): Entries {
  if (!isObject(global) || !Array.isArray(global.stream_states)) {
    throw new ConfigError(`${where} is GLOBAL but has no array "global.stream_states"`)
  }
  return global.stream_states.map((state: unknown) => readStreamState(state, where))
}

function readStreamState(stream: unknown, where: string): readonly [string, unknown] {
  if (!isStreamState(stream)) throw new ConfigError(`${where} has no "stream_descriptor" with a "name"`)
  const state = stream.stream_state ?? null
  if (state !== null && !isObject(state)) {
    throw new ConfigError(`${where} ("${stream.stream_descriptor.name}") has a stream_state that is not an object`)
  }
  return [stream.stream_descriptor.name, state]
}

function readMap(map: unknown, where: string): Entries {
  if (!isObject(map)) throw new ConfigError(`${where} is not an object of streams`)
  const entries = Object.entries(map)
  const wrong = entries.filter(([, state]) => state !== null && !isObject(state)).map(([name]) => `"${name}"`)
  if (wrong.length > 0) throw new ConfigError(`${where} is not an object for ${wrong.join(', ')}`)
  return entries
}

interface StreamState {
  readonly stream_descriptor: { readonly name: string }
  readonly stream_state?: unknown
}

function isStreamState(value: unknown): value is StreamState {
  return isObject(value) && isObject(value.stream_descriptor) && typeof value.stream_descriptor.name === 'string'
}
