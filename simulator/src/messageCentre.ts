import type { Clock } from '@heliograph/smpp/clock'
import { CommandStatus } from '@heliograph/smpp/status'
import type { Account } from './account.ts'
import { decodeHandsetText, handsetPart, isFlash } from './handsetPart.ts'
import type { Handsets } from './handsets.ts'
import type { MessageState } from './messageState.ts'
import { accept, type CloseMoment, type Outcome, plainReceipt, type SubmitPlan } from './outcome.ts'
import type { OutcomeTable } from './outcomeTable.ts'
import { Reassembly } from './reassemble.ts'
import { receiptPdu } from './receipt.ts'
import { RecentMap } from './recentMap.ts'
import {
  readTimes,
  type Submission,
  type SubmissionTimes,
  wantsAny,
  wantsFinal,
  wantsIntermediate,
} from './submission.ts'

/** How the centre answers whoever submitted. */
export interface SubmitReply {
  respond(commandStatus: number, messageId: string): void
  close(moment: CloseMoment, messageId: string): void
}

/** A message that was taken, for query_sm. */
export interface MessageRecord {
  readonly sourceAddr: string
  state: MessageState
  doneAt: number | null // null: not done
  errorCode: string
}

export interface MessageCentreOptions {
  readonly clock: Clock
  readonly outcomes: OutcomeTable
  readonly handsets: Handsets
  /** Ids count up from here in decimal. */
  readonly firstId: number
}

/** Takes submissions, lets each come to its outcome, and tells the handset and the sender. */
export class MessageCentre {
  readonly #options: MessageCentreOptions
  readonly #reassembly = new Reassembly()
  readonly #records = new RecentMap<string, MessageRecord>(RECORDS_MAX)
  readonly #timers = new Set<() => void>()
  #nextId: number

  constructor(options: MessageCentreOptions) {
    this.#options = options
    this.#nextId = options.firstId
  }

  /** An id for one message, or for all that one submit_multi makes. */
  nextId(): number {
    const id = this.#nextId
    this.#nextId += 1
    return id
  }

  submit(account: Account, submission: Submission, reply: SubmitReply, decimalId = this.nextId()): void {
    const now = this.#options.clock.now()
    const number = submission.destinationAddr.replace(/^\+/, '')
    const times = readTimes(submission, now)
    const refusal = this.#refusal(account, number, times)
    if (refusal !== CommandStatus.ESME_ROK || times.kind === 'malformed') {
      reply.respond(refusal, '')
      return
    }
    const outcome = this.#options.outcomes.find(number)
    const plan = this.#currentPlan(number, outcome.submit)
    if (plan.kind === 'refuse') {
      reply.respond(plan.commandStatus, '')
    } else if (plan.kind === 'close' && plan.moment === 'untaken') {
      reply.close('untaken', '')
    } else {
      this.#answer(
        this.#take({ account, decimalId, number, submission, outcome, submittedAt: now, ...times }),
        reply,
        plan,
      )
    }
  }

  find(messageId: string): MessageRecord | undefined {
    return this.#records.get(messageId)
  }

  close(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }

  /** The command_status that refuses a submission whatever its outcome would be. */
  #refusal(account: Account, number: string, times: SubmissionTimes): number {
    if (times.kind === 'malformed') return times.commandStatus
    if (number === '') return CommandStatus.ESME_RINVDSTADR
    if (account.room <= 0 || this.#timers.size >= DELAYED_MAX) return CommandStatus.ESME_RMSGQFUL
    return CommandStatus.ESME_ROK
  }

  /** What is planned for the number, unless its tries that go wrong are over. */
  #currentPlan(number: string, plan: SubmitPlan): SubmitPlan {
    if (plan.kind === 'accept') return plan
    return this.#options.outcomes.goesWrong(number, plan.times) ? plan : accept
  }

  #take({ decimalId, ...facts }: Omit<Message, 'id' | 'receiptId' | 'record'> & { decimalId: number }): Message {
    const ids = facts.outcome.receipt?.ids ?? 'same'
    const id = ids === 'hex response' ? hexadecimal(decimalId) : String(decimalId)
    const receiptId = ids === 'hex receipt' ? hexadecimal(decimalId) : String(decimalId)
    const { sourceAddr } = facts.submission
    const record: MessageRecord = { sourceAddr, state: 'enroute', doneAt: null, errorCode: '0000' }
    this.#records.set(id, record)
    return { ...facts, id, receiptId, record }
  }

  /** Answers the submission and starts the way to the receipt, in the order that the outcome asks for. */
  #answer(message: Message, reply: SubmitReply, plan: Exclude<SubmitPlan, { kind: 'refuse' }>): void {
    if (plan.kind === 'silence') {
      this.#proceed(message)
    } else if (plan.kind === 'close') {
      reply.close(plan.moment, message.id)
      this.#proceed(message)
    } else if (message.outcome.receipt?.timing === 'before response') {
      this.#proceed(message)
      this.#later(plan.delayMs + EARLY_RECEIPT_MS, () => reply.respond(CommandStatus.ESME_ROK, message.id))
    } else {
      this.#later(plan.delayMs, () => {
        reply.respond(CommandStatus.ESME_ROK, message.id)
        this.#proceed(message)
      })
    }
  }

  /** From here on the message is on its way; it ends after the outcome's delay or with its validity. */
  #proceed(message: Message): void {
    const now = this.#options.clock.now()
    const plan = message.outcome.receipt ?? plainReceipt
    const early = plan.intermediate?.order === 'before final'
    const due = Math.max(message.scheduledAt ?? now, now) + Math.max(plan.delayMs, early ? INTERMEDIATE_GAP_MS : 0)
    const endsAt = Math.min(due, message.validUntil ?? due)
    const buffered = endsAt > now && wantsIntermediate(message.submission)
    if (early || buffered) this.#reportIntermediate(message)
    this.#later(endsAt - now, () => this.#finish(message, endsAt < due))
  }

  #finish(message: Message, expired: boolean): void {
    const { record, outcome } = message
    const plan = outcome.receipt ?? plainReceipt
    record.state = expired ? 'expired' : plan.state
    record.errorCode = plan.errorCode
    record.doneAt = this.#options.clock.now()
    if (record.state === 'delivered') this.#handOver(message)
    if (outcome.receipt && wantsFinal(message.submission, record.state)) {
      const receipt = this.#receipt(message, record.state, expired ? null : plan.word)
      for (let copy = 0; copy < plan.copies; copy += 1) message.account.deliver(receipt)
    }
    if (plan.intermediate?.order === 'after final') {
      this.#later(INTERMEDIATE_GAP_MS, () => this.#reportIntermediate(message))
    }
  }

  #reportIntermediate(message: Message): void {
    if (!wantsAny(message.submission)) return
    const state = message.outcome.receipt?.intermediate?.state ?? 'enroute'
    message.account.deliver(this.#receipt(message, state, null))
  }

  #receipt(message: Message, state: MessageState, word: string | null) {
    const { submission, outcome, record, receiptId, submittedAt } = message
    const intermediate = state === 'enroute' || state === 'accepted'
    return receiptPdu(submission, {
      messageId: receiptId,
      state,
      word,
      errorCode: intermediate ? '0000' : record.errorCode,
      submittedAt,
      doneAt: this.#options.clock.now(),
      text: readText(submission),
      form: outcome.receipt?.form ?? 'text and tlvs',
      intermediateNotification: intermediate && wantsIntermediate(submission),
    })
  }

  /** Gives the message to the handset, once all of its parts are there. */
  #handOver({ number, submission }: Message): void {
    const { userData, concat } = handsetPart(submission)
    const { sourceAddr: from, dataCoding } = submission
    const whole = concat
      ? this.#reassembly.add(
          { from, to: number, reference: concat.reference, total: concat.total },
          concat.number,
          userData,
        )
      : userData
    if (!whole) return
    this.#options.handsets.receive(number, {
      from: displayed(submission.sourceAddrTon, from),
      to: displayed(submission.destAddrTon, submission.destinationAddr),
      ...decodeHandsetText(whole, dataCoding),
      at: new Date(this.#options.clock.now()).toISOString(),
      parts: concat?.total ?? 1,
      flash: isFlash(submission),
    })
  }

  /** At once when there is nothing to wait for: the usual message needs no timer. */
  #later(delayMs: number, callback: () => void): void {
    if (delayMs <= 0) {
      callback()
      return
    }
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(cancel)
      callback()
    })
    this.#timers.add(cancel)
  }
}

interface Message {
  readonly account: Account
  readonly id: string
  readonly receiptId: string
  readonly number: string
  readonly submission: Submission
  readonly outcome: Outcome
  readonly submittedAt: number
  readonly scheduledAt: number | null // null: now
  readonly validUntil: number | null // null: for ever
  readonly record: MessageRecord
}

function hexadecimal(id: number): string {
  return id.toString(16).toUpperCase()
}

/** The text of this part alone. */
function readText(submission: Submission): string {
  return decodeHandsetText(handsetPart(submission).userData, submission.dataCoding).text
}

/** TON 1 is an international number; the wire leaves out its +. */
function displayed(ton: number, address: string): string {
  return ton === 1 && /^\d/.test(address) ? `+${address}` : address
}

/** Time for a receipt to be sent and answered while the submission still has no response. */
const EARLY_RECEIPT_MS = 200
/** Keeps an intermediate receipt and the final one apart, which otherwise might leave on two binds at once. */
const INTERMEDIATE_GAP_MS = 100
/** Messages with a timer running. */
const DELAYED_MAX = 500_000
/** Messages that query_sm still knows. */
const RECORDS_MAX = 50_000
