/** Why a sync was stopped from outside; the reason of the abort signal. Not a failure of any stream. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  /** 128 and the signal's number, as shells tell it. */
  readonly exitCode: number

  constructor(signalName: 'SIGTERM' | 'SIGINT') {
    super(`Stopped by ${signalName}`)
    this.exitCode = signalName === 'SIGTERM' ? 143 : 130
  }
}
