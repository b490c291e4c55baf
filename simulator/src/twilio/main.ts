import { parseArgs } from 'node:util'
import { defaultSizes } from './catalogue.ts'
import { startFakeTwilio } from './startFakeTwilio.ts'

const help = `A Twilio to read from. Flags, all optional:
  --host 127.0.0.1      --port 8082         0 takes any free port
  --seed 1              other records
  --accounts 3          the main account and its subaccounts
  --days 60             how old the main account is
  --started-at DATE     when the newest records were made, default now
  --page-size-limit N   --latency-ms N      --concurrent-max N
  --messages 500        how many in each account; likewise, under each parent on average:
  ${Object.keys(defaultSizes).join(' ')}`

const numbers = {
  port: 8082,
  seed: 1,
  accounts: 3,
  days: 60,
  'page-size-limit': Number.POSITIVE_INFINITY,
  'latency-ms': 0,
  'concurrent-max': Number.POSITIVE_INFINITY,
}

/** The fake Twilio by itself: `node simulator/src/twilio/main.ts --port 8082 --messages 1000000`. */
async function main(): Promise<void> {
  const names = ['host', 'started-at', ...Object.keys(numbers), ...Object.keys(defaultSizes)]
  const { values } = parseArgs({
    options: { help: { type: 'boolean' }, ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])) },
  })
  const flags = new Map(Object.entries(values))
  if (flags.has('help')) {
    console.log(help)
    return
  }
  const number = (flag: keyof typeof numbers) => readNumber(flag, flags.get(flag), numbers[flag])
  const fake = await startFakeTwilio({
    host: String(flags.get('host') ?? '127.0.0.1'),
    port: number('port'),
    seed: number('seed'),
    historyDays: number('days'),
    accounts: Array.from({ length: number('accounts') }, () => ({})),
    startedAt: readDate('started-at', flags.get('started-at')),
    pageSizeLimit: number('page-size-limit'),
    latencyMs: number('latency-ms'),
    concurrentMax: number('concurrent-max'),
    sizes: Object.fromEntries(
      Object.entries(defaultSizes).map(([name, size]) => [name, readNumber(name, flags.get(name), size)]),
    ),
  })
  const [account] = fake.accounts
  // One line of JSON, for programs that start this one.
  console.log(
    JSON.stringify({ url: fake.url, accountSid: account?.sid, authToken: account?.authToken, keys: fake.keys }),
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fake.close())
}

function readNumber(flag: string, text: unknown, otherwise: number): number {
  if (text === undefined) return otherwise
  if (typeof text === 'string' && /^\d{1,10}$/.test(text)) return Number(text)
  throw new RangeError(`--${flag} must be a whole number, not "${text}"`)
}

function readDate(flag: string, text: unknown): Date {
  if (text === undefined) return new Date()
  const date = new Date(String(text))
  if (!Number.isNaN(date.getTime())) return date
  throw new RangeError(`--${flag} must be a date, not "${text}"`)
}

try {
  await main()
} catch (error) {
  // A wrong flag or a port that is taken: the sentence helps, the stack does not.
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
