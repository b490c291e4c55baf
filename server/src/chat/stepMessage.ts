import assert from 'node:assert/strict'
import { transcodeText } from '@heliograph/text/transcodeText'
import { textOfContent } from '../messages/chatContent.ts'
import { PLAIN_SMS } from '../messages/composeMessage.ts'
import type { MessageIntake } from '../messages/intake.ts'
import type { Message } from '../messages/message.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { ChatMessage, ChatStep } from './chat.ts'

export interface ComposeDependencies {
  /** Asked for at each use: it is made of those who follow its messages, as chats do. */
  readonly intake: () => Pick<MessageIntake, 'composeSms' | 'composeChat'>
  readonly settings: ChatSettings
}

export interface ChatSettings {
  /** How long an account waits for a channel that nothing was said of. */
  stepWaitMs(accountId: string): number
}

/** The message that a step sends, from now on; nothing is recorded. */
export function composeStep(
  { id, accountId, recipient, steps }: Pick<ChatMessage, 'id' | 'accountId' | 'recipient' | 'steps'>,
  index: number,
  { intake, settings }: ComposeDependencies,
): Message {
  const step = stepAt(steps, index)
  const isLast = index === steps.length - 1
  const order = {
    accountId,
    recipient,
    validityMs: isLast ? LAST_STEP_WAIT_MS : (step.waitMs ?? settings.stepWaitMs(accountId)),
    reference: null,
    origin: { kind: 'chat', id } as const,
  }
  const { channel, sender, content } = step
  return channel === 'sms'
    ? intake().composeSms({ ...PLAIN_SMS, ...order, sender: senderOf(step), text: transcode(textOfContent(content)) })
    : intake().composeChat({ ...order, channel, sender, content, replyTo: null })
}

export function stepAt(steps: readonly ChatStep[], index: number): ChatStep {
  const step = steps[index]
  assert.ok(step !== undefined, `a chain of ${steps.length} has no step ${index}`)
  return step
}

/** Throws where a step cannot be sent: the API has let pass what it must not, and later would be too late to say so. */
export function assertSendable(steps: readonly ChatStep[]): void {
  assert.ok(steps.length > 0, 'a chain has a step at least')
  for (const step of steps) if (step.channel === 'sms') senderOf(step)
}

function senderOf({ sender }: ChatStep) {
  const parsed = parseSender(sender)
  assert.ok(parsed !== null, 'the API checks senders of SMS')
  return parsed
}

function transcode(text: string) {
  const transcoded = transcodeText(text, AS_SMS_API)
  assert.ok(transcoded.kind === 'transcoded', 'Unicode takes any text')
  return transcoded
}

/** After that nobody will say what became of the last step. */
export const LAST_STEP_WAIT_MS = 48 * 60 * 60_000

/** What the SMS API does where nothing is said. */
const AS_SMS_API = { encoding: 'AUTO', trate: 0, mrate: 0, upperCased: true, keepEmojis: true } as const
