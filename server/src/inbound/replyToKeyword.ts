import { transcodeText } from '@heliograph/text/transcodeText'
import { PLAIN_SMS } from '../messages/composeMessage.ts'
import type { MessageIntake } from '../messages/intake.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { KeywordReply } from './optOuts.ts'

/**
 * Sends the answer to a keyword like any other message of the account. It is not owed as messages are: when the
 * process dies right after the keyword was recorded, what the person wanted holds and the answer is not sent.
 */
export function replyToKeyword(intake: MessageIntake, { accountId, sender, recipient, text }: KeywordReply): void {
  const from = parseSender(sender)
  const to = parseNumber(recipient)
  const transcoded = transcodeText(text, { encoding: 'AUTO', trate: 1, mrate: 0, upperCased: false, keepEmojis: true })
  // Somebody who writes from a short code or a name has no number to answer to.
  if (from === null || to === null || transcoded.kind === 'refused') return
  const message = intake.composeReply({
    ...PLAIN_SMS,
    accountId,
    recipient: to,
    sender: from,
    text: transcoded,
    validityMs: REPLY_VALIDITY_MS,
    reference: null,
    origin: null,
  })
  intake.accept({ message, idempotency: null, accepted: NOTHING, repeated: NOTHING, failed: NOTHING })
}

/** An answer that comes later than this confuses more than it helps. */
const REPLY_VALIDITY_MS = 24 * 60 * 60_000

/** Nobody waits for an answer to an answer; what became of it stands in the list of messages. */
const NOTHING = () => {}
