import type { Account } from '../../accounts/account.ts'
import type { ChatStep } from '../../chat/chat.ts'
import { constraintViolation, Problem, type Violation } from '../../http/problem.ts'
import type { MediaStore } from '../../media/media.ts'
import type { ReadOrder } from './readMessageRequest.ts'
import { mediaIdOf } from './readStep.ts'

export interface StepRules {
  readonly accounts: ReadonlyMap<string, Account>
  /** Whether a number is the account's own to send from, besides its permitted senders. */
  readonly ownsNumber: (accountId: string, number: string) => boolean
  /** The WhatsApp numbers, E.164, that the account may send from. */
  readonly whatsappSenders: (accountId: string) => ReadonlySet<string>
  readonly media: Pick<MediaStore, 'read'>
}

/** Throws a 403 unless the account may send as all of these, and a 400 where media are not its own. */
export async function permitSteps(rules: StepRules, accountId: string, orders: readonly ReadOrder[]): Promise<void> {
  const wrong: Violation[] = []
  for (const { order, origins } of orders) {
    for (const [index, step] of order.steps.entries()) {
      const origin = origins[index]
      if (!maySendAs(rules, accountId, step)) {
        throw new Problem(403, `${origin?.fromField}: ${step.sender} is not assigned to this account`)
      }
      const mediaId = mediaIdOf(step.content)
      if (mediaId !== null && (await rules.media.read(accountId, mediaId)) === null) {
        wrong.push({ field: origin?.mediaField ?? 'mediaId', message: 'is not the id of media of this account' })
      }
    }
  }
  if (wrong.length > 0) throw constraintViolation(wrong)
}

function maySendAs(rules: StepRules, accountId: string, { channel, sender }: ChatStep): boolean {
  switch (channel) {
    case 'sms': {
      const senders = rules.accounts.get(accountId)?.senders ?? null
      return senders === null || senders.some(({ value }) => value === sender) || rules.ownsNumber(accountId, sender)
    }
    case 'whatsapp':
      return rules.whatsappSenders(accountId).has(sender)
    case 'echo':
      return true
  }
}
