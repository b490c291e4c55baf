import type { Account } from '../../accounts/account.ts'
import { Problem } from '../../http/problem.ts'
import type { ShownAs } from '../../otp/shownAs.ts'

export interface SenderRules {
  readonly accounts: ReadonlyMap<string, Account>
  /** Whether a number is the account's own to send from, besides its permitted senders. */
  readonly ownsNumber: (accountId: string, number: string) => boolean
}

/** Throws a 403 unless the account may send, or call, as `value`: the rule that holds for its SMS. */
export function permitSender(
  { accounts, ownsNumber }: SenderRules,
  { accountId, field, value }: { accountId: string; field: 'sender' | 'caller'; value: string },
): void {
  const senders = accounts.get(accountId)?.senders ?? null
  if (senders === null || senders.some((sender) => sender.value === value) || ownsNumber(accountId, value)) return
  throw new Problem(403, `${field}: ${value} is not assigned to this account`)
}

/** The same of one message or call. The provider's own number is the operator's to show. */
export function permitShown(rules: SenderRules, accountId: string, shown: ShownAs): void {
  if (shown.channel === 'sms') permitSender(rules, { accountId, field: 'sender', value: shown.sender })
  else if (shown.caller !== null) permitSender(rules, { accountId, field: 'caller', value: shown.caller })
}
