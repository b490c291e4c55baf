import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { ConversionBody, RestMessageResponse, SendSmsBody } from '../src/api/sms/schema.ts'
import { loadConfig } from '../src/config.ts'
import { createMetrics } from '../src/metrics.ts'
import { anchorsOf, codeBlocksOf, linksOf } from './markdown.ts'

const root = resolve(import.meta.dirname, '../..')
const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', 'data/**'] })

const folder = mkdtempSync(join(tmpdir(), 'heliograph-docs-'))
after(() => rmSync(folder, { recursive: true }))

test('every relative link leads to a file, and its anchor to a heading there', () => {
  const broken = pages.flatMap((page) =>
    linksOf(read(page))
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every example of a configuration is a good one', () => {
  const examples = pages.flatMap((page) =>
    codeBlocksOf(read(page)).flatMap(({ info, text, line }) => (info === 'yaml' ? [{ page, text, line }] : [])),
  )
  assert(examples.length > 3)
  for (const { page, text, line } of examples) {
    const file = join(folder, 'heliograph.yaml')
    writeFileSync(file, text)
    const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => [name, 'x'])
    assert.doesNotThrow(
      () => loadConfig({ flags: { config: file }, environment: Object.fromEntries(names) }),
      `${page}:${line}`,
    )
  }
})

test('every parameter and field of the Messaging API is on its page', () => {
  const page = read('docs/api/sms.md')
  const part = RestMessageResponse.properties.parts.items
  const names = [SendSmsBody, ConversionBody, RestMessageResponse, part].flatMap(({ properties }) =>
    Object.keys(properties),
  )
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}[]\``)),
    [],
  )
})

test('every metric is on the page about monitoring', async () => {
  const page = read('docs/operate/monitoring.md')
  const { registry } = createMetrics()
  const ours = (await registry.getMetricsAsJSON())
    .map(({ name }) => name)
    .filter((name) => !/^heliograph_(process|nodejs)_/.test(name))
  assert.deepEqual(
    ours.filter((name) => !page.includes(`| \`${name}\` |`)),
    [],
  )
})

test('every folder of the server and every decision is in the overviews', () => {
  const tree = read('ARCHITECTURE.md')
  const folders = readdirSync(join(root, 'server/src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  assert.deepEqual(
    folders.map(({ name }) => `${name}/`).filter((name) => !tree.includes(` ${name}`)),
    [],
  )
  const index = read('docs/README.md')
  const decisions = readdirSync(join(root, 'docs/decisions'))
  assert.deepEqual(
    decisions.filter((name) => !index.includes(`(decisions/${name})`)),
    [],
  )
})

test('every package is under the licence of the repository', () => {
  for (const file of ['package.json', ...globSync('*/package.json', { cwd: root })]) {
    assert.equal(JSON.parse(read(file)).license, 'Apache-2.0', file)
  }
})

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(read(file)).has(anchor)
}
