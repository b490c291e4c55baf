import { CommandStatus, statusName } from '@heliograph/smpp/status'
import type { RetryAdvice } from '../carrier.ts'
import type { SmppSettings } from './settings.ts'

/** What a command_status of submit_sm_resp other than 0 means for the segment. */
export interface Refusal {
  readonly reason: string
  readonly retry: RetryAdvice
}

/**
 * Looks refusals up by command_status (SMPP 3.4 §5.1.3), the operator's own rows first. A status nobody knows is
 * vendor specific; most of those speak of one SMSC's rules or condition, so another carrier may do better.
 */
export function createRefusals(own: SmppSettings['errors']): (commandStatus: number) => Refusal {
  const table = new Map<number, Refusal>()
  for (const [name, code] of Object.entries(CommandStatus)) {
    table.set(code, { reason: name, retry: ADVICE[name] ?? UNKNOWN_STATUS_ADVICE })
  }
  for (const { code, reason, retry } of own) table.set(code, { reason: reason ?? statusName(code), retry })
  return (commandStatus) =>
    table.get(commandStatus) ?? { reason: statusName(commandStatus), retry: UNKNOWN_STATUS_ADVICE }
}

const UNKNOWN_STATUS_ADVICE: RetryAdvice = 'next carrier'

/**
 * 'never' is left to statuses that blame the recipient or come from the recipient's side: any carrier would say the
 * same. 'same carrier later': the SMSC is busy or in passing trouble. The rest is about our contract with this carrier
 * or its software (sender not allowed, an option not supported), which another carrier may not share.
 */
const ADVICE: Readonly<Record<string, RetryAdvice>> = {
  ESME_RINVMSGLEN: 'next carrier',
  ESME_RINVCMDLEN: 'next carrier',
  ESME_RINVCMDID: 'next carrier',
  ESME_RINVBNDSTS: 'next carrier',
  ESME_RALYBND: 'next carrier',
  ESME_RINVPRTFLG: 'next carrier',
  ESME_RINVREGDLVFLG: 'next carrier',
  ESME_RSYSERR: 'same carrier later',
  ESME_RINVSRCADR: 'next carrier',
  ESME_RINVDSTADR: 'never',
  ESME_RINVMSGID: 'next carrier',
  ESME_RBINDFAIL: 'next carrier',
  ESME_RINVPASWD: 'next carrier',
  ESME_RINVSYSID: 'next carrier',
  ESME_RCANCELFAIL: 'next carrier',
  ESME_RREPLACEFAIL: 'next carrier',
  ESME_RMSGQFUL: 'same carrier later',
  ESME_RINVSERTYP: 'next carrier',
  ESME_RINVNUMDESTS: 'next carrier',
  ESME_RINVDLNAME: 'next carrier',
  ESME_RINVDESTFLAG: 'next carrier',
  ESME_RINVSUBREP: 'next carrier',
  ESME_RINVESMCLASS: 'next carrier',
  ESME_RCNTSUBDL: 'next carrier',
  ESME_RSUBMITFAIL: 'next carrier',
  ESME_RINVSRCTON: 'next carrier',
  ESME_RINVSRCNPI: 'next carrier',
  ESME_RINVDSTTON: 'next carrier',
  ESME_RINVDSTNPI: 'next carrier',
  ESME_RINVSYSTYP: 'next carrier',
  ESME_RINVREPFLAG: 'next carrier',
  ESME_RINVNUMMSGS: 'next carrier',
  ESME_RTHROTTLED: 'same carrier later',
  ESME_RINVSCHED: 'next carrier',
  ESME_RINVEXPIRY: 'next carrier',
  ESME_RINVDFTMSGID: 'next carrier',
  ESME_RX_T_APPN: 'same carrier later',
  ESME_RX_P_APPN: 'never',
  ESME_RX_R_APPN: 'never',
  ESME_RQUERYFAIL: 'next carrier',
  ESME_RINVOPTPARSTREAM: 'next carrier',
  ESME_ROPTPARNOTALLWD: 'next carrier',
  ESME_RINVPARLEN: 'next carrier',
  ESME_RMISSINGOPTPARAM: 'next carrier',
  ESME_RINVOPTPARAMVAL: 'next carrier',
  ESME_RDELIVERYFAILURE: 'same carrier later',
  ESME_RUNKNOWNERR: 'next carrier',
} satisfies Record<Exclude<keyof typeof CommandStatus, 'ESME_ROK'>, RetryAdvice>
