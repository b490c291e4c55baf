/** A PDU that cannot be encoded or decoded; the only error the codec throws. */
export class PduError extends Error {
  override readonly name = 'PduError'
  /** What to answer the peer with: an ESME_* value of CommandStatus. */
  readonly commandStatus: number

  constructor(commandStatus: number, message: string) {
    super(message)
    this.commandStatus = commandStatus
  }
}
