import { type Static, Type } from 'typebox'
import type { Account, AccountNumber, ConfiguredKey } from '../accounts/account.ts'
import { optOutRepliesOf } from '../accounts/optOutReplies.ts'
import { SCOPES, SCOPES_DEFAULT } from '../accounts/scopes.ts'
import type { Sender } from '../numbers/address.ts'
import { parseSender } from '../numbers/parseSender.ts'
import { checkCallbackUrl } from '../webhooks/guard.ts'
import { identifier } from './fields.ts'
import type { Findings } from './readBySchema.ts'

export const AccountEntry = Type.Object({
  id: identifier(),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  apiKeys: Type.Array(
    Type.Object({
      // A key travels in an HTTP header, where spaces at the ends are lost and other characters are garbled.
      key: Type.String({ pattern: '^[!-~]{1,256}$', expected: '1–256 printable ASCII characters without spaces' }),
      scopes: Type.Array(Type.Enum([...SCOPES]), { default: [...SCOPES_DEFAULT] }),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    }),
    { default: [] },
  ),
  numbers: Type.Array(
    Type.Object({
      number: Type.String({ minLength: 1 }),
      inbound: Type.Optional(
        Type.Object({
          url: Type.String({ minLength: 1, maxLength: 2048 }),
          method: Type.Union([Type.Literal('POST'), Type.Literal('GET')], { default: 'POST' }),
        }),
      ),
      optOut: Type.Enum(['auto', 'on', 'off'], { default: 'auto' }),
    }),
    { default: [] },
  ),
  senders: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  chat: Type.Object(
    { stepWaitSeconds: Type.Optional(Type.Integer({ minimum: 10, maximum: 86_400 })) },
    { default: {} },
  ),
  limits: Type.Object(
    { requestsPerSecond: Type.Optional(Type.Number({ exclusiveMinimum: 0, expected: 'a number above 0' })) },
    { default: {} },
  ),
  optOutReplies: Type.Object(
    { stop: Type.Optional(replyText()), start: Type.Optional(replyText()), help: Type.Optional(replyText()) },
    { default: {} },
  ),
})
type AccountEntry = Static<typeof AccountEntry>

/**
 * Makes accounts of what the file says; ids, keys and numbers must not occur twice. `webhooks` decides where inbound
 * messages may be sent.
 */
export function readAccounts(
  entries: readonly AccountEntry[],
  webhooks: { readonly allowPrivateNetworks: boolean },
  findings: Findings,
): Account[] {
  const once = { ids: new Map(), keys: new Map(), numbers: new Map() }
  return entries.map((entry) => {
    const path = findings.paths.get(entry) ?? 'accounts'
    reportRepeated(once.ids, entry.id, `${path}.id`, findings)
    return {
      id: entry.id,
      name: entry.name ?? entry.id,
      apiKeys: entry.apiKeys.map((key) => readKey(key, once.keys, findings)),
      numbers: entry.numbers.flatMap((number) => readNumber(number, once.numbers, webhooks, findings)),
      senders:
        entry.senders?.flatMap((sender, index) => readSender(sender, `${path}.senders[${index}]`, findings)) ?? null,
      limits: { requestsPerSecond: entry.limits.requestsPerSecond ?? null },
      ...(entry.chat.stepWaitSeconds === undefined ? {} : { chatStepWaitMs: entry.chat.stepWaitSeconds * 1_000 }),
      optOutReplies: { ...optOutRepliesOf(entry.name ?? entry.id), ...entry.optOutReplies },
    }
  })
}

/** Tells when `value` was seen at another path before. */
export function reportRepeated(seen: Map<string, string>, value: string, path: string, findings: Findings): void {
  const earlier = seen.get(value)
  if (earlier === undefined) seen.set(value, path)
  else findings.problems.push(`${path}: the same as ${earlier}, expected one of its own`)
}

function readKey(entry: AccountEntry['apiKeys'][number], seen: Map<string, string>, findings: Findings): ConfiguredKey {
  reportRepeated(seen, entry.key, `${findings.paths.get(entry)}.key`, findings)
  return { key: entry.key, name: entry.name ?? null, scopes: entry.scopes }
}

function readNumber(
  entry: AccountEntry['numbers'][number],
  seen: Map<string, string>,
  webhooks: { readonly allowPrivateNetworks: boolean },
  findings: Findings,
): AccountNumber[] {
  const path = `${findings.paths.get(entry)}.number`
  const sender = parseSender(entry.number)
  if (sender === null || sender.kind === 'alphanumeric') {
    findings.problems.push(
      `${path}: expected an international number or a short code of 3–8 digits, got ${JSON.stringify(entry.number)}`,
    )
    return []
  }
  reportRepeated(seen, sender.value, path, findings)
  const inbound = entry.inbound ?? null
  const problem = inbound === null ? null : checkCallbackUrl(inbound.url, webhooks)
  // The URL itself is not shown: its query may hold a token.
  if (problem !== null) findings.problems.push(`${findings.paths.get(entry)}.inbound.url: ${problem}`)
  return [{ number: sender.value, inbound, optOut: entry.optOut }]
}

/** Three parts, be it Unicode. */
function replyText() {
  return Type.String({ maxLength: 198 })
}

function readSender(text: string, path: string, findings: Findings): Sender[] {
  const sender = parseSender(text)
  if (sender !== null) return [sender]
  findings.problems.push(
    `${path}: expected an international number, a short code or 1–11 GSM characters, got ${JSON.stringify(text)}`,
  )
  return []
}
