import type { Account } from './account.ts'

/** What keywords are answered where the configuration says nothing else; one part each with names of usual length. */
export function optOutRepliesOf(name: string): Account['optOutReplies'] {
  return {
    stop: `${name}: you are unsubscribed and will get no more messages from this number. Reply START to resubscribe.`,
    start: `${name}: you are subscribed to messages from this number again. Reply STOP to unsubscribe.`,
    help: `${name}: reply STOP to get no more messages from this number. Message and data rates may apply.`,
  }
}
