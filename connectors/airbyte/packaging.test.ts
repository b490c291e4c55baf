import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Source } from '@heliograph/airbyte-protocol/source'
import { twilioSource } from '@heliograph/source-twilio/twilioSource'
import { tyntecSmsSource } from '@heliograph/source-tyntec-sms/source'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

// What Airbyte reads of a connector without running it has to say the same as the connector itself.

const root = resolve(import.meta.dirname, '../..')

describe('source-tyntec-sms', () => isPackaged('source-tyntec-sms', tyntecSmsSource))
describe('source-twilio', () => isPackaged('source-twilio', twilioSource))

function isPackaged<Config>(name: string, source: Source<Config>): void {
  const folder = join(import.meta.dirname, name)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  const packageJson: PackageJson = JSON.parse(read('package.json'))
  const { data: metadata, metadataSpecVersion }: Metadata = parse(read('metadata.yaml'))
  const specification = specificationOf(source)
  const discovered = source.streams(source.readConfig(JSON.parse(read('samples/config.json'))))

  test('metadata.yaml has what Airbyte requires, and the version and licence of the package', () => {
    assert.equal(metadataSpecVersion, '1.0')
    assert.equal(metadata.dockerRepository, `heliograph/${name}`)
    assert.equal(metadata.dockerImageTag, packageJson.version)
    assert.equal(metadata.license, packageJson.license)
    assert.equal(metadata.documentationUrl, source.specification.documentationUrl)
    assert.equal(metadata.connectorType, 'source')
    assert.equal(metadata.connectorSubtype, 'api')
    assert.match(metadata.definitionId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.match(metadata.releaseStage, /^(alpha|beta|generally_available|custom)$/)
    assert.ok(metadata.name.length > 0 && metadata.githubIssueLabel === name)
    assert.ok(existsSync(join(folder, metadata.icon)))
  })

  test('the icon is a square that loads and runs nothing', () => {
    const icon = read(metadata.icon)
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(icon) ?? []
    assert.ok(width !== undefined && width === height)
    assert.doesNotMatch(icon.replace('xmlns="http://www.w3.org/2000/svg"', ''), /script|href|https?:|url\(|<image/i)
  })

  test('the image starts as AIRBYTE_ENTRYPOINT says, as a user that is not root, and is labelled with its version', () => {
    const { entrypoint, instructions } = dockerfileOf(read('Dockerfile'))
    assert(instructions.ENV?.includes(`AIRBYTE_ENTRYPOINT="${entrypoint.join(' ')}"`))
    assert.match(instructions.USER?.at(-1) ?? '', /^[1-9]\d*:[1-9]\d*$/)
    assert.deepEqual(instructions.LABEL, [
      `io.airbyte.name=${metadata.dockerRepository}`,
      `io.airbyte.version=${metadata.dockerImageTag}`,
    ])
    assert.match(instructions.FROM?.[0] ?? '', /^node:26[\d.]*-slim$/)
  })

  test('what the Dockerfile copies is enough to run, without the tests and without compiling again', async () => {
    const image = mkdtempSync(join(tmpdir(), 'airbyte-image-'))
    try {
      const { workdir, entrypoint, instructions } = dockerfileOf(read('Dockerfile'))
      const place = join(image, workdir)
      mkdirSync(place, { recursive: true })
      for (const copy of instructions.COPY ?? []) {
        const [from = '', to = ''] = copy.split(' ')
        cpSync(join(root, from), join(place, to), { recursive: true, filter: (file) => !isForTests(file) })
      }
      const compiled = join(image, settingOf(instructions.ENV, 'NODE_COMPILE_CACHE'))
      mkdirSync(dirname(compiled), { recursive: true })
      const env = { ...process.env, NODE_COMPILE_CACHE: compiled }
      for (const command of instructions.RUN ?? []) execFileSync('sh', ['-euc', command], { cwd: place, env })
      const compiledByBuild = filesIn(compiled)
      const [, main = ''] = entrypoint
      const { stdout } = await promisify(execFile)(process.execPath, [join(image, main), 'spec'], { cwd: image, env })
      assert.deepEqual(JSON.parse(stdout).spec, JSON.parse(read('spec.json')))
      assert.ok(compiledByBuild.length > 10)
      assert.deepEqual(filesIn(compiled), compiledByBuild)
    } finally {
      rmSync(image, { recursive: true })
    }
  })

  test('only what the Dockerfile copies is sent to the builder', () => {
    const { instructions } = dockerfileOf(read('Dockerfile'))
    const lines = read('Dockerfile.dockerignore').split('\n')
    const copied = (instructions.COPY ?? []).map((copy) => `!${copy.split(' ')[0]}`)
    assert.deepEqual([lines[1], lines.filter((line) => line.startsWith('!'))], ['*', copied])
    assert.deepEqual(
      lines.slice(lines.findLastIndex((line) => line.startsWith('!')) + 1).filter((line) => line !== ''),
      ['**/*.test.ts', '**/*ForTest.ts', '**/test[A-Z]*.ts'],
    )
  })

  test('spec.json is what the source declares: each field with a title, a description and its place', () => {
    const { protocol_version: _, ...written } = JSON.parse(read('spec.json'))
    assert.deepEqual(written, JSON.parse(JSON.stringify(source.specification)))
    const properties = Object.values(specification.properties)
    for (const { title, description } of properties) assert.ok(title !== undefined && description !== undefined)
    const orders = properties.map(({ order }) => order)
    assert.deepEqual(
      orders,
      orders.toSorted((a, b) => a - b),
    )
    assert.ok(new Ajv({ strict: false, validateFormats: false }).compile(specification))
  })

  test('docs.md has the headings that Airbyte asks for, in its order', () => {
    const headings = [...read('docs.md').matchAll(/^#+ .+$/gm)].map(([heading]) => heading)
    assert.deepEqual(headings, headingsOf(metadata.name))
  })

  test('docs.md has every field, the required ones first, every stream with its key and cursor, and this version', () => {
    const page = read('docs.md')
    const prerequisites = page.slice(page.indexOf('## Prerequisites'), page.indexOf('## Setup guide'))
    for (const name of specification.required) {
      assert.ok(prerequisites.includes(`**${specification.properties[name]?.title}**`), name)
    }
    for (const [name, { title }] of Object.entries(specification.properties)) {
      assert.ok(page.includes(`| ${title} | \`${name}\` |`), name)
    }
    for (const { name, primaryKey, cursorField } of discovered) {
      const key = primaryKey.map((path) => ` \`${path.join('.')}\``).join(',')
      const cursor = cursorField === null ? '' : ` \`${cursorField}\``
      assert.ok(page.includes(`| \`${name}\` |${key} |${cursor} |`), name)
    }
    assert.match(page, new RegExp(`^\\| ${metadata.dockerImageTag.replaceAll('.', '\\.')} \\| \\d{4}-`, 'm'))
  })

  test('the samples are files that the source takes', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    const fits = ajv.compile(specification)
    for (const file of samples(folder, /config(_\w+)?\.json$/)) {
      const json = JSON.parse(read(file))
      assert.ok(fits(json), `${file}: ${ajv.errorsText(fits.errors)}`)
      assert.doesNotThrow(() => source.readConfig(json), file)
    }
    const catalogs = samples(folder, /configured_catalog/)
    for (const file of catalogs) assertFits(JSON.parse(read(file)), { source, config: configOf(file), file })
    const all: Catalog = JSON.parse(read('samples/configured_catalog.json'))
    assert.deepEqual(
      all.streams.map(({ stream }) => stream.name),
      discovered.map((stream) => stream.name),
    )
    function configOf(file: string): Config {
      const other = file.endsWith('request_ids.json') ? 'samples/config_tyntec.json' : 'samples/config.json'
      return source.readConfig(JSON.parse(read(other)))
    }
  })

  test('acceptance-test-config.yml names files that are there, besides the secret ones', () => {
    const config: unknown = parse(read('acceptance-test-config.yml'))
    const named = JSON.stringify(config).match(/[\w/]+\.json/g) ?? []
    assert.ok(named.length > 5)
    const missing = named.filter((file) => !file.startsWith('secrets/') && !existsSync(join(folder, file)))
    assert.deepEqual(missing, [])
    assert.ok(JSON.stringify(config).includes(`"connector_image":"${metadata.dockerRepository}:dev"`))
  })
}

interface PackageJson {
  readonly version: string
  readonly license: string
}

interface Metadata {
  readonly metadataSpecVersion: string
  readonly data: Readonly<
    Record<
      | 'name'
      | 'definitionId'
      | 'connectorType'
      | 'connectorSubtype'
      | 'dockerRepository'
      | 'dockerImageTag'
      | 'documentationUrl'
      | 'githubIssueLabel'
      | 'icon'
      | 'license'
      | 'releaseStage',
      string
    >
  >
}

interface Specification {
  readonly required: readonly string[]
  readonly properties: Readonly<Record<string, { title?: string; description?: string; order: number }>>
}

interface Catalog {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, unknown>> & { readonly name: string }
    readonly sync_mode: string
    readonly primary_key?: unknown
    readonly cursor_field?: unknown
  }[]
}

function specificationOf<Config>(source: Source<Config>): Specification {
  return JSON.parse(JSON.stringify(source.specification.connectionSpecification))
}

function samples(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(folder, 'samples'))
    .filter((file) => pattern.test(file))
    .map((file) => `samples/${file}`)
}

function assertFits<Config>(
  catalog: Catalog,
  { source, config, file }: { source: Source<Config>; config: Config; file: string },
): void {
  for (const { stream, sync_mode, primary_key, cursor_field } of catalog.streams) {
    const declared = source.streams(config).find(({ name }) => name === stream.name)
    assert.ok(declared, `${file}: ${stream.name}`)
    const { cursorField, primaryKey } = declared
    const key = primaryKey.length === 0 ? undefined : primaryKey
    const isIncremental = cursorField !== null
    assert.deepEqual(
      { sync_mode, primary_key, cursor_field, own: stream.source_defined_primary_key },
      {
        sync_mode: isIncremental ? 'incremental' : 'full_refresh',
        primary_key: key,
        cursor_field: isIncremental ? [cursorField] : undefined,
        own: key,
      },
      `${file}: ${stream.name}`,
    )
  }
}

/** As far as our Dockerfiles go: instructions of one line. */
function dockerfileOf(text: string) {
  const instructions: Record<string, string[]> = {}
  for (const [, name = '', rest = ''] of text.matchAll(/^([A-Z]+) (.+)$/gm)) {
    instructions[name] = [...(instructions[name] ?? []), rest]
  }
  const entrypoint: string[] = JSON.parse(instructions.ENTRYPOINT?.[0] ?? '[]')
  return { instructions, entrypoint, workdir: instructions.WORKDIR?.[0] ?? '/' }
}

/** The value that ENV gives a variable. */
function settingOf(lines: readonly string[] = [], name: string): string {
  return lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}

/** What Dockerfile.dockerignore keeps back. */
function isForTests(file: string): boolean {
  return /(\.test|ForTest|\/test[A-Z]\w*)\.ts$/.test(file)
}

/** The headings of Airbyte's template for connector pages. */
function headingsOf(name: string): string[] {
  return [
    `# ${name}`,
    '## Prerequisites',
    '## Setup guide',
    `## Set up ${name}`,
    `## Set up the ${name} connector in Airbyte`,
    '### For Airbyte Cloud:',
    '### For Airbyte Open Source:',
    '## Supported sync modes',
    '## Supported Streams',
    '### Performance considerations',
    '## Data type map',
    '## Limitations & Troubleshooting',
    '## Changelog',
  ]
}
