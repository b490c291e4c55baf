import { text } from 'node:stream/consumers'

/**
 * Makes a configured catalog of what `discover` shows: all streams, or those named, in the mode that moves the least
 * data. `node … discover --config config.json | node connectors/airbyte/configureCatalog.ts messages > catalog.json`
 */
async function main(wanted: readonly string[]): Promise<void> {
  const streams = discoveredStreams(await text(process.stdin))
  const unknown = wanted.filter((name) => !streams.some((stream) => stream.name === name))
  if (streams.length === 0 || unknown.length > 0) {
    console.error(streams.length === 0 ? 'There is no catalog in the input' : `No such stream: ${unknown.join(', ')}`)
    process.exitCode = 1
    return
  }
  const chosen = streams.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  console.log(JSON.stringify({ streams: chosen.map(configured) }, null, 2))
}

interface Stream {
  readonly name: string
  readonly supported_sync_modes: readonly string[]
  readonly default_cursor_field?: readonly string[]
  readonly source_defined_primary_key?: readonly (readonly string[])[]
}

function discoveredStreams(output: string): readonly Stream[] {
  const lines = output.split('\n').filter((line) => line !== '')
  const messages: { catalog?: { streams: readonly Stream[] } }[] = lines.map((line) => JSON.parse(line))
  return messages.flatMap(({ catalog }) => catalog?.streams ?? [])
}

function configured(stream: Stream): object {
  const { default_cursor_field: cursor, source_defined_primary_key: key } = stream
  const isIncremental = stream.supported_sync_modes.includes('incremental')
  return {
    stream,
    sync_mode: isIncremental ? 'incremental' : 'full_refresh',
    destination_sync_mode: isIncremental ? 'append_dedup' : 'overwrite',
    ...(isIncremental && cursor !== undefined ? { cursor_field: cursor } : {}),
    ...(key === undefined ? {} : { primary_key: key }),
  }
}

await main(process.argv.slice(2))
