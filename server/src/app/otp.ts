import type { GroupCommit } from '../db/groupCommit.ts'
import type { MessageIntake } from '../messages/intake.ts'
import { type Applications, createApplications } from '../otp/application.ts'
import { createOtpGuard, type RunningOtpGuard } from '../otp/guard/guard.ts'
import type { Otps } from '../otp/otp.ts'
import { createOtps } from '../otp/otps.ts'
import { createOtpSweeper } from '../otp/sweepOtps.ts'
import type { Sealer } from '../sealer.ts'
import type { Ground } from './ground.ts'

/** Everything about one-time codes, running. */
export interface OneTimeCodes {
  readonly applications: Applications
  readonly otps: Otps
  readonly guard: RunningOtpGuard
}

export function startOneTimeCodes(
  { config, db, clock, log, newId, stops }: Ground,
  {
    commits,
    intake,
    sealer,
  }: {
    readonly commits: GroupCommit
    readonly intake: MessageIntake
    /** For codes. */
    readonly sealer: Sealer
  },
): OneTimeCodes {
  const trouble = (error: unknown) => log.error({ err: error }, 'otp.trouble')
  const applications = createApplications({ db, clock, newId })
  const guard = createOtpGuard({ db, clock, newId, settings: config.otp, trouble })
  guard.start()
  stops.push(() => guard.stop())
  const otps = createOtps({ db, clock, newId, commits, intake, guard, applications, sealer })
  const sweeper = createOtpSweeper({ db, clock, newId, trouble })
  sweeper.start()
  stops.push(() => sweeper.stop())
  return { applications, otps, guard }
}
