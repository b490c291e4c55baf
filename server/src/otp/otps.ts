import assert from 'node:assert/strict'
import { transcodeText } from '@heliograph/text/transcodeText'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { BatchQueue, GroupCommit } from '../db/groupCommit.ts'
import { PLAIN_SMS } from '../messages/composeMessage.ts'
import type { MessageIntake } from '../messages/intake.ts'
import type { Message } from '../messages/message.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { Sealer } from '../sealer.ts'
import type { Application, Applications } from './application.ts'
import { channelFor } from './channelFor.ts'
import { checkOtps } from './checkOtps.ts'
import { makeCode, type RandomInt } from './code.ts'
import type { OtpGuard } from './guard/guard.ts'
import type { Busy, CheckOrder, OtpOrder, Otps, ResendOrder, ResendResult, SendResult } from './otp.ts'
import { readEvents } from './otpEvents.ts'
import { otpAt, type StoredOtp } from './otpRows.ts'
import { renderOtp } from './otpText.ts'
import { deleteOtp, listOtps, readOtp, readOtpId } from './readOtps.ts'
import { resendOtps } from './resendOtps.ts'
import { type Code, openCode, sealCode } from './sealedCode.ts'
import { sendOtps } from './sendOtps.ts'
import { shownAs } from './shownAs.ts'

export interface OtpsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  readonly commits: GroupCommit
  readonly intake: Pick<MessageIntake, 'composeSms' | 'composeCall' | 'write'>
  readonly guard: OtpGuard
  readonly applications: Pick<Applications, 'find'>
  readonly sealer: Sealer
  readonly randomInt?: RandomInt // absent: node:crypto's
}

/** One-time codes: their messages go the way of every message, and sends and checks share the group commit with them. */
export function createOtps(options: OtpsOptions): Otps {
  const { db, clock, newId, commits, intake, guard, applications, sealer, randomInt } = options
  const sends = commits.add(sendOtps({ newId, guard, intake }))
  const resends = commits.add(resendOtps({ newId, guard, intake }))
  const checks = commits.add(checkOtps({ newId, guard, sealer }))

  return {
    async send(order) {
      const now = clock.now()
      const code = order.code ?? makeCode(formOf(order), randomInt)
      const content = { code, text: order.text }
      const stored = newOtp(order, content, now)
      const message = compose(order.application, stored, content, now)
      return settled<SendResult>((answer, failed) => push(sends, { stored, message, answer, failed }))
    },

    async resend(order) {
      const found = await readOtp(db, order.accountId, order.id)
      if (found === null) return { kind: 'unknown' }
      const now = clock.now()
      const otp = otpAt(found.otp, now)
      const application = await applications.find(order.accountId, otp.applicationId)
      const content = openCode(sealer, otp.id, found.sealed)
      if (otp.status !== 'active' || application === null || content === null) return { kind: 'over', otp }
      const stored = { ...found, sending: sendingAgain(found, order) }
      order.judge({ number: otp.number, application, shown: shownAs(stored.sending, application) })
      const message = compose(application, stored, content, now)
      return settled<ResendResult>((answer, failed) => push(resends, { stored, message, answer, failed }))
    },

    async check(order: CheckOrder) {
      const id = readOtpId(order.id)
      if (id === null) return { kind: 'unknown' }
      const at = clock.now()
      return settled((answer, failed) => push(checks, { ...order, id, at, answer, failed }))
    },

    async read(accountId, id) {
      const found = await readOtp(db, accountId, id)
      return found === null ? null : otpAt(found.otp, clock.now())
    },

    async list(accountId, number) {
      const found = await listOtps(db, accountId, number)
      return found?.map((otp) => otpAt(otp, clock.now())) ?? null
    },

    async remove(accountId, id) {
      const at = clock.now()
      const removed = await deleteOtp(db, { accountId, id, at })
      return removed === null ? null : otpAt(removed, at)
    },

    async events(accountId, id) {
      const found = await readOtp(db, accountId, id)
      return found === null ? null : readEvents(db, found.otp.id)
    },
  }

  function newOtp(order: OtpOrder, content: Code, now: number): StoredOtp {
    const { accountId, application, number, referenceId, language, sender, caller } = order
    const id = newId()
    return {
      otp: {
        id,
        accountId,
        applicationId: application.id,
        number,
        status: 'active',
        attempts: 0,
        attemptsMax: application.attempts,
        createdAt: now,
        expiresAt: now + application.expireSeconds * 1_000,
        referenceId,
        finishedAt: null,
      },
      sealed: sealCode(sealer, id, content),
      refusalTold: false,
      sending: { channel: channelFor(order.via, number), language, sender: sender?.value ?? null, caller },
    }
  }

  /** The SMS or call that brings the code; it is not worth delivering once the OTP is over. */
  function compose(application: Application, { otp, sending }: StoredOtp, { code, text }: Code, now: number): Message {
    const { accountId, number, referenceId: reference } = otp
    const { channel, language } = sending
    const validityMs = otp.expiresAt - now
    const seconds = Math.floor(validityMs / 1_000)
    const wording = renderOtp(application, { channel, number, language, text, code, seconds })
    const order = { accountId, recipient: number, shown: wording.shown, validityMs, reference }
    const origin = { kind: 'otp', id: otp.id } as const
    const shown = shownAs(sending, application)
    if (shown.channel === 'voice') {
      const { caller } = shown
      return intake.composeCall({ ...order, origin, caller, text: wording.text, language: wording.language })
    }
    const sender = parseSender(shown.sender)
    const transcoded = transcodeText(wording.text, AS_IT_IS)
    assert.ok(sender !== null && transcoded.kind === 'transcoded', 'the sender is checked, and Unicode takes any text')
    return intake.composeSms({ ...PLAIN_SMS, ...order, origin, sender, text: transcoded })
  }

  /** `result` of the store; busy when too many wait. */
  function settled<Result>(
    begin: (answer: (result: Result | Busy) => void, failed: (error: unknown) => void) => boolean,
  ): Promise<Result | Busy> {
    return new Promise((resolve, reject) => {
      if (!begin(resolve, reject)) resolve({ kind: 'busy' })
    })
  }
}

/** False: too many wait. */
function push<Entry>(queue: BatchQueue<Entry>, entry: Entry): boolean {
  return queue.length < ENTRIES_WAITING_MAX && queue.push(entry)
}

/** Sends, resends and checks, of each so many, whose callers wait for the commit. */
const ENTRIES_WAITING_MAX = 10_000

function formOf({ application, pinLength }: OtpOrder): { length: number; alphanumeric: boolean } {
  return { length: pinLength ?? application.pinLength, alphanumeric: application.alphanumeric }
}

function sendingAgain({ otp, sending }: StoredOtp, { via, sender, caller }: ResendOrder): StoredOtp['sending'] {
  return {
    channel: via === null ? sending.channel : channelFor(via, otp.number),
    language: sending.language,
    sender: sender?.value ?? sending.sender,
    caller: caller ?? sending.caller,
  }
}

/** A code must arrive as it was made: nothing is replaced, and above all no letter becomes a capital. */
const AS_IT_IS = { encoding: 'AUTO', trate: 0, mrate: 0, upperCased: false, keepEmojis: true } as const
