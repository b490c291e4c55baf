import { type FakeTwilio, startFakeTwilio } from '@heliograph/simulator/twilio/startFakeTwilio'
import { serveParent } from './serveParent.ts'

/** A Twilio to read from, in a process of its own. */
let fake: FakeTwilio | null = null // null: not started yet

const commands = {
  async start({ messages, subaccounts }: TwilioSetup): Promise<TwilioToRead> {
    const perAccount = Math.ceil(messages / Math.max(1, subaccounts))
    const subaccount = { sizes: { messages: perAccount } }
    fake = await startFakeTwilio({
      historyDays: HISTORY_DAYS,
      startedAt: new Date(Date.now() - STARTED_BEFORE_MS),
      accounts: [
        { sizes: { messages: subaccounts === 0 ? perAccount : 0 } },
        ...Array.from({ length: subaccounts }, () => subaccount),
      ],
    })
    const [main] = fake.accounts
    if (main === undefined) throw new Error('the fake Twilio has no account')
    const { sid: accountSid, authToken } = main
    return { url: fake.url, accountSid, authToken, sentMessages: countSent(fake) }
  },
}
export type TwilioCommands = typeof commands

export interface TwilioSetup {
  /** Shared evenly by the subaccounts. */
  readonly messages: number
  /** 0: all messages are the main account's. */
  readonly subaccounts: number
}

export interface TwilioToRead {
  readonly url: string
  readonly accountSid: string
  readonly authToken: string
  /** Those that lists by date show: the others were never sent and have no date. */
  readonly sentMessages: number
}

serveParent(commands, async () => fake?.close())

function countSent({ records }: FakeTwilio): number {
  let sent = 0
  for (const record of records('messages')) {
    if (typeof record === 'object' && record !== null && 'date_sent' in record && record.date_sent !== null) sent += 1
  }
  return sent
}

/** Less than the 400 days that Twilio keeps. */
const HISTORY_DAYS = 365
/** So that no message is younger than the sync. */
const STARTED_BEFORE_MS = 3_600_000
