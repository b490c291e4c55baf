import type { Account } from '../../accounts/account.ts'
import type { Callbacks } from '../../callbacks/callbacks.ts'
import { listOpenNumbers } from '../../contacts/phoneBook.ts'
import type { Database } from '../../db/database.ts'
import type { OwnerOf } from '../../inbound/owners.ts'
import { parseSender } from '../../numbers/parseSender.ts'

/** The channels whose numbers can be configured. */
export const NUMBERED_CHANNELS = ['sms', 'whatsapp'] as const
export type NumberedChannel = (typeof NUMBERED_CHANNELS)[number]

/** An account's numbers at each channel: E.164, or a short code as plain digits. */
export interface ChannelNumbers {
  /** The number as it is kept, from one with + or without. Null: it is not the account's, or no number. */
  find(accountId: string, channel: NumberedChannel, written: string): string | null
  /** In a constant order. */
  list(accountId: string, channel: NumberedChannel): Promise<readonly string[]>
}

export interface ChannelNumbersOptions {
  readonly db: Database
  readonly accounts: ReadonlyMap<string, Account>
  readonly ownerOf: OwnerOf
  /** The WhatsApp numbers, E.164, that the account may send from. */
  readonly whatsappSenders: (accountId: string) => ReadonlySet<string>
  readonly callbacks: Pick<Callbacks, 'list'>
}

export function createChannelNumbers({
  db,
  accounts,
  ownerOf,
  whatsappSenders,
  callbacks,
}: ChannelNumbersOptions): ChannelNumbers {
  const find: ChannelNumbers['find'] = (accountId, channel, written) => {
    const number = readNumber(written)
    if (number === null) return null
    const owns = channel === 'sms' ? ownerOf(number)?.accountId === accountId : whatsappSenders(accountId).has(number)
    return owns ? number : null
  }
  return {
    find,
    async list(accountId, channel) {
      if (channel === 'whatsapp') return [...whatsappSenders(accountId)].sort()
      const configured = accounts.get(accountId)?.numbers.map(({ number }) => number) ?? []
      const numbers = [...configured, ...(await readyNumbers(db, accountId)), ...(await numbersWithSettings(accountId))]
      return [...new Set(numbers)].sort()
    },
  }

  /** In the demo every number is the account's, so that only what is said of them tells which there are. */
  async function numbersWithSettings(accountId: string): Promise<string[]> {
    const settings = await callbacks.list(accountId)
    return settings.flatMap(({ scope }) => {
      if (scope.kind !== 'number' || scope.channel !== 'sms') return []
      return find(accountId, 'sms', scope.number) ?? []
    })
  }
}

function readNumber(written: string): string | null {
  const sender = parseSender(written)
  return sender === null || sender.kind === 'alphanumeric' ? null : sender.value
}

/** Registered, and ready to receive. */
async function readyNumbers(db: Database, accountId: string): Promise<string[]> {
  const ready: string[] = []
  for (let after = ''; ; ) {
    const page = await listOpenNumbers(db, { accountId, after, limit: NUMBERS_READ })
    for (const { number, request } of page) if (request.status === 'PROVISIONED') ready.push(number)
    const last = page.at(-1)
    // A page that is not full was the last one.
    if (last === undefined || page.length < NUMBERS_READ) return ready
    after = last.number
  }
}

/** At a time: an account may have registered thousands. */
const NUMBERS_READ = 1_000
