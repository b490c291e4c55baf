import { HttpStatusError } from '@heliograph/airbyte-protocol/httpStatusError'
import type { Log } from '@heliograph/airbyte-protocol/log'
import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { isRecord } from './castRecord.ts'
import { isoSecond } from './isoTime.ts'
import { DAY_MS, endOf, MINUTE_MS, SECOND_MS, type Window } from './slices.ts'

/**
 * From when on Twilio shows the records of one list. Its user may have chosen that an account keeps its messages for
 * fewer days than others, which is told only where a window is refused.
 */
export class Retention {
  #sinceMs = 0

  /** 0: nothing was refused so far. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /**
   * Learns from a refusal, and logs the first one.
   * @throws ConfigError where Twilio does not say how many days it keeps, or refuses what lies within them
   */
  learn({ error, window, nowMs, what, log }: Refusal): void {
    const days = /window of (\d+) days?/.exec(messageOf(error))?.[1]
    // A day less leaves room for a long sync.
    const sinceMs = days === undefined ? 0 : endOf(nowMs - (Number(days) - 1) * DAY_MS, SECOND_MS)
    if (sinceMs - window.fromMs < CUT_MS_MIN) {
      const fromText = isoSecond(window.fromMs)
      throw new ConfigError(`Twilio does not show ${what} as far back as ${fromText}. Choose a later start_date.`, {
        cause: error,
      })
    }
    if (this.#sinceMs === 0) {
      log.info(`Twilio keeps ${what} for ${days} days: reading begins at ${isoSecond(sinceMs)}`)
    }
    this.#sinceMs = sinceMs
  }
}

export interface Refusal {
  readonly error: HttpStatusError
  readonly window: Window
  readonly nowMs: number
  /** `messages of AC…` */
  readonly what: string
  readonly log: Log
}

/** Twilio's words for it: "Date range specified in query is … outside of retention window of 30 days". */
export function isOutsideRetention(error: unknown): error is HttpStatusError {
  if (!(error instanceof HttpStatusError) || error.status !== 400 || !isRecord(error.body)) return false
  return error.body.code === 20004 && messageOf(error).includes('retention')
}

function messageOf({ body }: HttpStatusError): string {
  return isRecord(body) ? String(body.message) : ''
}

/** Time goes on while Twilio refuses: a window that it always refuses must not be cut second by second for ever. */
const CUT_MS_MIN = 60 * MINUTE_MS
