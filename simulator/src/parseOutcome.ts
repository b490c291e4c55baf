import { magicOutcome } from './magicOutcome.ts'
import { ObjectReader, type Violation } from './objectReader.ts'
import {
  accept,
  delivered,
  type IntermediatePlan,
  type Outcome,
  plainReceipt,
  type ReceiptPlan,
  type SubmitPlan,
  type Times,
} from './outcome.ts'

export type ParsedOutcome =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'violations'; readonly violations: readonly Violation[] }

/**
 * Reads an outcome from the body of a request: `{"like": "999006"}` for one of the magic endings, or
 * `{"submit": {…}, "receipt": {…} | null}` where everything left out is as for any delivered message.
 */
export function parseOutcome(body: unknown): ParsedOutcome {
  const reader = new ObjectReader(body).allowOnly('like', 'submit', 'receipt')
  const outcome = reader.has('like') ? likeOf(reader) : spelledOut(reader)
  const { violations } = reader
  return violations.length > 0 ? { kind: 'violations', violations } : { kind: 'outcome', outcome }
}

function likeOf(reader: ObjectReader): Outcome {
  if (reader.has('submit') || reader.has('receipt')) reader.refuse('like', 'cannot be combined with submit or receipt')
  const outcome = magicOutcome(reader.text('like', { lengthMax: 20 }))
  if (!outcome) reader.refuse('like', 'must end in one of the documented six digits, as in "999006"')
  return outcome ?? delivered
}

function spelledOut(reader: ObjectReader): Outcome {
  return {
    submit: reader.has('submit') ? readSubmit(reader.object('submit')) : accept,
    receipt: reader.isNull('receipt')
      ? null
      : reader.has('receipt')
        ? readReceipt(reader.object('receipt'))
        : plainReceipt,
  }
}

function readSubmit(reader: ObjectReader): SubmitPlan {
  const kind = reader.oneOf('kind', ['accept', 'refuse', 'silence', 'close'])
  switch (kind) {
    case 'accept':
      reader.allowOnly('kind', 'delayMs')
      return { kind, delayMs: reader.integer('delayMs', { min: 0, max: DELAY_MS_MAX, fallback: 0 }) }
    case 'refuse':
      reader.allowOnly('kind', 'commandStatus', 'times')
      return { kind, commandStatus: reader.integer('commandStatus', { min: 1, max: 0xffff }), times: readTimes(reader) }
    case 'silence':
      reader.allowOnly('kind', 'times')
      return { kind, times: readTimes(reader) }
    case 'close':
      reader.allowOnly('kind', 'moment', 'times')
      return {
        kind,
        moment: reader.oneOf('moment', ['untaken', 'half', 'taken'], 'untaken'),
        times: readTimes(reader),
      }
    default:
      return kind satisfies never
  }
}

function readTimes(reader: ObjectReader): Times {
  if (reader.isNull('times') || !reader.has('times')) return null
  return reader.integer('times', { min: 1, max: 1_000_000 })
}

function readReceipt(reader: ObjectReader): ReceiptPlan {
  reader.allowOnly(...Object.keys(plainReceipt))
  return {
    state: reader.oneOf(
      'state',
      ['delivered', 'expired', 'deleted', 'undeliverable', 'unknown', 'rejected'],
      plainReceipt.state,
    ),
    word: reader.has('word') && !reader.isNull('word') ? reader.text('word', { lengthMax: 20 }) : null,
    errorCode: readErrorCode(reader),
    delayMs: reader.integer('delayMs', { min: 0, max: DELAY_MS_MAX, fallback: 0 }),
    timing: reader.oneOf('timing', ['after response', 'before response'], plainReceipt.timing),
    copies: reader.integer('copies', { min: 1, max: COPIES_MAX, fallback: 1 }),
    form: reader.oneOf('form', ['text and tlvs', 'text', 'tlvs'], plainReceipt.form),
    ids: reader.oneOf('ids', ['same', 'hex receipt', 'hex response'], plainReceipt.ids),
    intermediate:
      reader.has('intermediate') && !reader.isNull('intermediate')
        ? readIntermediate(reader.object('intermediate'))
        : null,
  }
}

function readErrorCode(reader: ObjectReader): string {
  const errorCode = reader.text('errorCode', { lengthMax: 4, fallback: plainReceipt.errorCode })
  if (!/^[0-9a-f]{4}$/i.test(errorCode) || Number.parseInt(errorCode, 16) > ERROR_CODE_MAX) {
    reader.refuse('errorCode', 'must be four hexadecimal digits, at most "03e7"')
  }
  return errorCode.toLowerCase()
}

function readIntermediate(reader: ObjectReader): IntermediatePlan {
  reader.allowOnly('state', 'order')
  return {
    state: reader.oneOf('state', ['enroute', 'accepted'], 'enroute'),
    order: reader.oneOf('order', ['before final', 'after final'], 'before final'),
  }
}

/** A day; what should take longer is a receipt that never comes. */
const DELAY_MS_MAX = 86_400_000
const COPIES_MAX = 10
/** `err:` in a receipt has three decimal digits. */
const ERROR_CODE_MAX = 999
