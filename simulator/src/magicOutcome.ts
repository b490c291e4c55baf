import { accept, type CloseMoment, type Outcome, plainReceipt, type ReceiptPlan, type SubmitPlan } from './outcome.ts'

/**
 * The outcome that a number's last six digits ask for, null when they ask for none. Such endings read `999`, a family,
 * and two digits; docs/operate/simulator.md lists them for the user and must say the same as this file.
 * @param number digits, with or without anything in front of the last six
 */
export function magicOutcome(number: string): Outcome | null {
  const start = number.length - MAGIC_DIGITS
  if (start < 0 || !number.startsWith('999', start)) return null
  const digits = number.slice(start + 3)
  if (!/^\d{3}$/.test(digits)) return null
  const code = Number(digits)
  const detail = code % 100
  const family = families[Math.floor(code / 100)]
  return family ? family(detail) : null
}

const MAGIC_DIGITS = 6

/** A refusal that passes is answered this many times before the message is taken. */
export const PASSING_REFUSALS = 3

const families: readonly ((detail: number) => Outcome | null)[] = [
  finalState,
  (seconds) => (seconds === 0 ? { submit: accept, receipt: null } : withReceipt({ delayMs: seconds * 1000 })),
  (commandStatus) => refused(commandStatus, null),
  (commandStatus) => refused(commandStatus, PASSING_REFUSALS),
  (detail) => oddReceipts[detail] ?? null,
  (seconds) =>
    withSubmit(seconds === 0 ? { kind: 'silence', times: null } : { kind: 'accept', delayMs: seconds * 1000 }),
  closed,
]

function finalState(detail: number): Outcome | null {
  if (detail >= 1 && detail <= GSM_ERROR_MAX) {
    return withReceipt({ state: 'undeliverable', errorCode: detail.toString(16).padStart(4, '0') })
  }
  return finalStates[detail] ?? null
}

/** 000e, forwardingViolation, is the last GSM error that the vendor names. */
const GSM_ERROR_MAX = 14

const finalStates: Readonly<Record<number, Outcome>> = {
  0: withReceipt({}),
  20: withReceipt({ state: 'expired' }),
  21: withReceipt({ state: 'rejected' }),
  22: withReceipt({ state: 'deleted' }),
  23: withReceipt({ state: 'unknown' }),
  24: withReceipt({ state: 'undeliverable' }),
}

const oddReceipts: readonly Outcome[] = [
  withReceipt({ timing: 'before response' }),
  withReceipt({ copies: 2 }),
  withReceipt({ ids: 'hex receipt' }),
  withReceipt({ ids: 'hex response' }),
  withReceipt({ form: 'tlvs' }),
  withReceipt({ form: 'text' }),
  withReceipt({ intermediate: { state: 'enroute', order: 'before final' } }),
  withReceipt({ intermediate: { state: 'accepted', order: 'before final' } }),
  withReceipt({ intermediate: { state: 'enroute', order: 'after final' } }),
  withReceipt({ state: 'unknown', word: 'STRANGE', form: 'text' }),
]

function refused(commandStatus: number, times: number | null): Outcome | null {
  return commandStatus === 0 ? null : withSubmit({ kind: 'refuse', commandStatus, times })
}

function closed(detail: number): Outcome | null {
  const moment = closeMoments[detail % 10]
  if (!moment || detail >= 20) return null
  return withSubmit({ kind: 'close', moment, times: detail < 10 ? 1 : null })
}

const closeMoments: readonly CloseMoment[] = ['untaken', 'half', 'taken']

function withReceipt(plan: Partial<ReceiptPlan>): Outcome {
  return { submit: accept, receipt: { ...plainReceipt, ...plan } }
}

function withSubmit(submit: SubmitPlan): Outcome {
  return { submit, receipt: plainReceipt }
}
