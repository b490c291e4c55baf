import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { CommandId, commandName, isAnsweredCommand, RESPONSE_BIT, responseOf } from './commands.ts'
import { decodePdu } from './decodePdu.ts'
import { type OpenRequest, OpenRequests } from './openRequests.ts'
import type {
  AnsweredCommand,
  AnsweredRequest,
  Notification,
  NotificationToSend,
  Pdu,
  PduOf,
  RequestPdu,
  ResponseFields,
  ResponsePdu,
} from './pdu.ts'
import { PduError } from './pduError.ts'
import { PduOutput } from './pduOutput.ts'
import { PduStream } from './pduStream.ts'
import { type SessionOptions, withDefaults } from './sessionOptions.ts'
import { CommandStatus } from './status.ts'

export type { SessionOptions } from './sessionOptions.ts'

export interface SessionHandlers {
  /**
   * A request of the peer. Answer it with `session.respond`, exactly once, now or later. enquire_link and unbind are
   * answered by the session itself. Only record or enqueue here.
   */
  request(pdu: AnsweredRequest, session: SmppSession): void
  /** alert_notification or outbind; ignored when left out. */
  notification?(pdu: Notification, session: SmppSession): void
  /** Once, when no more PDUs will come or go; every open request has had its result by then. `reason` is for people. */
  closed(reason: string): void
}

/** What became of one request. */
export type RequestResult =
  /** A generic_nack or a response, whatever its command_status. */
  | { readonly kind: 'response'; readonly pdu: ResponsePdu }
  /** It was sent and nothing came; the peer may have taken it. */
  | { readonly kind: 'timeout' }
  /** The session closed first; the peer may have taken it. */
  | { readonly kind: 'closed' }
  /** Not one octet left this process. 'unencodable': it never will, `detail` says why. */
  | {
      readonly kind: 'unsent'
      readonly reason: 'closed' | 'window full' | 'unencodable'
      readonly detail: string
    }

export type RequestDone = (result: RequestResult) => void

/**
 * An SMPP session over a connected net or tls socket, the same for both sides; it knows nothing of bind states. All
 * it sends in one turn of the event loop leaves in one write. Bad input never throws out of it: what can be answered
 * is refused with a status, and where the framing is lost the session closes.
 */
export class SmppSession {
  readonly #socket: Socket
  readonly #options: Required<SessionOptions>
  readonly #handlers: SessionHandlers
  readonly #open: OpenRequests<RequestDone>
  readonly #input: PduStream
  readonly #output: PduOutput
  readonly #socketClosed: Promise<void>
  #state: 'open' | 'unbinding' | 'closed' = 'open'
  #socketError: Error | null = null
  #consuming = false
  #badPdus = 0
  /** Requests of the peer that wait for our response. */
  #owed = 0
  /** When reading stopped, as too many requests wait for us or too much output for the peer; null: it goes on. */
  #pausedAt: number | null = null
  #resumeScheduled = false
  #readingSince: number
  #heardAt: number
  /** The open enquire_link, outside the window so that a full window cannot silence it; null: none. */
  #enquiry: { readonly sequenceNumber: number; readonly sentAt: number } | null = null
  #unbindSequenceNumber = 0 // 0: no unbind was sent
  #cancelTick: () => void

  constructor(socket: Socket, options: SessionOptions, handlers: SessionHandlers) {
    assert(Number.isSafeInteger(options.windowMax) && options.windowMax > 0, 'windowMax is a whole number from 1')
    this.#socket = socket
    this.#options = withDefaults(options)
    this.#handlers = handlers
    const { clock, pduBytesMax, sequenceNumberLast } = this.#options
    this.#open = new OpenRequests(options.windowMax, sequenceNumberLast)
    this.#input = new PduStream(pduBytesMax)
    this.#output = new PduOutput(socket, clock, pduBytesMax)
    this.#heardAt = clock.now()
    this.#readingSince = this.#heardAt
    this.#cancelTick = clock.after(this.#tickMs(), this.#tick)
    this.#socketClosed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.setNoDelay(true)
    socket.on('data', this.#read)
    socket.on('drain', this.#pace)
    socket.on('error', (error) => {
      this.#socketError = error
    })
    socket.on('end', () => this.end('closed by the peer'))
    socket.on('close', () => this.#finish(this.#socketError?.message ?? 'connection lost'))
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Own requests that wait for their response. */
  get inFlight(): number {
    return this.#open.size
  }

  /** How many requests the window takes right now. */
  room(): number {
    return this.#state === 'open' ? this.#options.windowMax - this.#open.size : 0
  }

  /** Sends a request. `done` is called exactly once, on a later turn of the event loop or when the session closes. */
  request(pdu: RequestPdu, done: RequestDone): void {
    if (this.#state !== 'open') refuse(done, 'closed', 'the session is closed')
    else if (this.#open.size >= this.#options.windowMax) refuse(done, 'window full', 'the window is full')
    else this.#send(pdu, done)
  }

  /** Sends alert_notification or outbind, which have no response. Throws PduError when it cannot be encoded. */
  notify(pdu: NotificationToSend): void {
    if (this.#state === 'open') this.#output.append(pdu, this.#open.nextSequenceNumber())
  }

  /**
   * Answers a request of the peer. Fields left out are empty, and an error status without fields goes without a body.
   * Does nothing on a closed session: the peer will ask again. Throws PduError when a field cannot be encoded.
   */
  respond<Command extends AnsweredCommand>(
    request: PduOf<Command>,
    commandStatus: number,
    fields?: ResponseFields<Command>,
  ): void
  respond(request: AnsweredRequest, commandStatus: number, fields?: ResponseFields<AnsweredCommand>): void {
    if (this.#state === 'closed') return
    this.#output.append({ command: responseOf[request.command], commandStatus, ...fields }, request.sequenceNumber)
    if (this.#owed > 0) this.#owed--
    this.#pace()
  }

  /** Says goodbye, waits up to `timeoutMs` for the answer and closes; resolves when the socket is closed. */
  async unbind(timeoutMs: number): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'unbinding'
      this.#unbindSequenceNumber = this.#open.nextSequenceNumber()
      this.#output.append({ command: 'unbind' }, this.#unbindSequenceNumber)
      const cancel = this.#options.clock.after(timeoutMs, () => this.destroy('unbind unanswered'))
      await this.#socketClosed
      cancel()
    }
    await this.#socketClosed
  }

  /** Closes in order: what is written leaves, then the socket closes, by force if the peer does not follow. */
  end(reason: string): void {
    if (this.#state === 'closed') return
    this.#output.flush()
    this.#finish(reason)
    this.#socket.end()
    const cancel = this.#options.clock.after(CLOSE_MS_MAX, () => this.#socket.destroy())
    this.#socket.once('close', cancel)
  }

  /** Closes at once; what has not left yet never will. */
  destroy(reason: string): void {
    this.#finish(reason)
    this.#socket.destroy()
  }

  #send(pdu: RequestPdu, done: RequestDone): void {
    const sequenceNumber = this.#open.nextSequenceNumber()
    try {
      this.#output.append(pdu, sequenceNumber)
      const { turnAt, flushes } = this.#output
      this.#open.add(sequenceNumber, { command: pdu.command, sentAt: turnAt, flush: flushes, done })
    } catch (error) {
      if (!(error instanceof PduError)) throw error
      refuse(done, 'unencodable', error.message)
    }
  }

  #read = (chunk: Buffer): void => {
    this.#heardAt = this.#options.clock.now()
    this.#input.push(chunk)
    this.#consume()
  }

  #consume(): void {
    if (this.#consuming) return
    this.#consuming = true
    try {
      while (this.#state !== 'closed' && this.#pausedAt === null) {
        const next = this.#input.next()
        if (next === 'more') break
        else if (next === 'pdu') this.#take()
        else this.#loseFraming()
      }
    } finally {
      this.#consuming = false
    }
  }

  /** Where the next PDU starts is anybody's guess now, so closing is all that is left. */
  #loseFraming(): void {
    this.#nack(CommandStatus.ESME_RINVCMDLEN, this.#input.sequenceNumber())
    this.end('command_length out of bounds')
  }

  #take(): void {
    const { buffer, start, end } = this.#input
    let pdu: Pdu | null = null
    try {
      pdu = decodePdu(buffer, start, end)
    } catch (error) {
      if (!(error instanceof PduError)) throw error
      this.#refuse(error, buffer.readUInt32BE(start + 4), buffer.readUInt32BE(start + 12))
    }
    if (pdu !== null) this.#dispatch(pdu)
  }

  #dispatch(pdu: Pdu): void {
    this.#badPdus = 0
    switch (pdu.command) {
      case 'enquire_link':
        this.#output.append({ command: 'enquire_link_resp' }, pdu.sequenceNumber)
        this.#pace()
        break
      case 'unbind':
        this.#output.append({ command: 'unbind_resp' }, pdu.sequenceNumber)
        this.end('unbound by the peer')
        break
      case 'alert_notification':
      case 'outbind':
        this.#handlers.notification?.(pdu, this)
        break
      case 'submit_sm':
      case 'deliver_sm':
      case 'submit_multi':
      case 'data_sm':
      case 'query_sm':
      case 'cancel_sm':
      case 'replace_sm':
      case 'bind_receiver':
      case 'bind_transmitter':
      case 'bind_transceiver':
        this.#owed++
        this.#handlers.request(pdu, this)
        this.#pace()
        break
      default:
        this.#settle(pdu)
    }
  }

  /** Gives a response to its request. One that comes late, twice or for the wrong command changes nothing. */
  #settle(pdu: ResponsePdu): void {
    const { command, sequenceNumber } = pdu
    const request = this.#open.get(sequenceNumber)
    if (request !== null) {
      if (command !== 'generic_nack' && CommandId[command] - RESPONSE_BIT !== CommandId[request.command]) return
      this.#open.remove(sequenceNumber)
      request.done({ kind: 'response', pdu })
    } else if (this.#enquiry?.sequenceNumber === sequenceNumber) {
      this.#enquiry = null
    } else if (this.#unbindSequenceNumber !== 0 && this.#unbindSequenceNumber === sequenceNumber) {
      this.end('unbound')
    }
  }

  /** The framing holds, so a PDU that makes no sense costs an answer and not the session, unless they do not stop. */
  #refuse(error: PduError, commandId: number, sequenceNumber: number): void {
    const command = commandName(commandId)
    if (command !== null && isAnsweredCommand(command)) {
      this.#output.append({ command: responseOf[command], commandStatus: error.commandStatus }, sequenceNumber)
    } else if (commandId < RESPONSE_BIT) {
      this.#nack(error.commandStatus, sequenceNumber)
    }
    // A response is never answered. Its request stays open until it times out: the peer may have taken it.
    this.#badPdus++
    if (this.#badPdus >= this.#options.badPdusMax) this.end(`${this.#badPdus} bad PDUs in a row: ${error.message}`)
    else this.#pace()
  }

  #nack(commandStatus: number, sequenceNumber: number): void {
    this.#output.append({ command: 'generic_nack', commandStatus }, sequenceNumber)
  }

  /** Stops reading while the peer asks for more than we answer or reads less than we send, and goes on afterwards. */
  #pace = (): void => {
    const { requestsOpenMax, outputBytesMax } = this.#options
    const choked = this.#output.waiting > outputBytesMax
    if (this.#pausedAt === null) {
      if (this.#owed < requestsOpenMax && !choked) return
      this.#pausedAt = this.#options.clock.now()
      this.#socket.pause()
    } else if (this.#owed <= requestsOpenMax / 2 && !choked && !this.#resumeScheduled) {
      this.#resumeScheduled = true
      setImmediate(this.#resume)
    }
  }

  #resume = (): void => {
    this.#resumeScheduled = false
    if (this.#state === 'closed') return
    this.#pausedAt = null
    this.#readingSince = this.#options.clock.now()
    this.#socket.resume()
    this.#consume()
  }

  #tick = (): void => {
    const now = this.#options.clock.now()
    this.#expireRequests(now)
    this.#checkLink(now)
    if (this.#state !== 'closed') this.#cancelTick = this.#options.clock.after(this.#tickMs(), this.#tick)
  }

  /** One timer for all requests; fine enough for the shortest of the limits it watches. */
  #tickMs(): number {
    const { responseTimeoutMs, enquireLinkMs } = this.#options
    const shortestMs = enquireLinkMs > 0 ? Math.min(responseTimeoutMs, enquireLinkMs) : responseTimeoutMs
    return Math.min(Math.max(shortestMs / TICKS_PER_LIMIT, TICK_MS_MIN), TICK_MS_MAX)
  }

  /** While we do not read, responses may lie unread: that time does not count, but no request waits twice its limit. */
  #expireRequests(now: number): void {
    if (this.#open.size === 0) return
    const { responseTimeoutMs } = this.#options
    const unheardMs = this.#pausedAt === null ? now - this.#readingSince : 0
    const isOver = ({ sentAt }: OpenRequest<RequestDone>) =>
      now - sentAt >= responseTimeoutMs && (unheardMs >= responseTimeoutMs || now - sentAt >= 2 * responseTimeoutMs)
    for (const request of this.#open.removeWhere(isOver)) request.done({ kind: 'timeout' })
  }

  #checkLink(now: number): void {
    const { responseTimeoutMs, enquireLinkMs } = this.#options
    if (this.#state === 'closed') return
    if (this.#pausedAt !== null) {
      if (now - this.#pausedAt >= 2 * responseTimeoutMs) this.destroy('stalled: requests or output piled up')
    } else if (this.#enquiry !== null && this.#heardAt <= this.#enquiry.sentAt) {
      const waitedMs = now - Math.max(this.#enquiry.sentAt, this.#readingSince)
      if (waitedMs >= responseTimeoutMs) this.destroy(`enquire_link unanswered for ${waitedMs} ms`)
    } else if (enquireLinkMs > 0 && now - this.#heardAt >= enquireLinkMs) {
      this.#enquiry = { sequenceNumber: this.#open.nextSequenceNumber(), sentAt: now }
      this.#output.append({ command: 'enquire_link' }, this.#enquiry.sequenceNumber)
    }
  }

  #finish(reason: string): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#cancelTick()
    this.#socket.off('data', this.#read)
    // Whatever still comes is thrown away, or the end of the stream would never be seen.
    this.#socket.resume()
    for (const { flush, done } of this.#open.removeWhere(() => true)) {
      if (flush < this.#output.flushes) done({ kind: 'closed' })
      else done({ kind: 'unsent', reason: 'closed', detail: reason })
    }
    this.#handlers.closed(reason)
  }
}

const TICKS_PER_LIMIT = 4
const TICK_MS_MIN = 5
const TICK_MS_MAX = 1000

/** How long the peer may leave its half of a closed session open. */
const CLOSE_MS_MAX = 1000

function refuse(done: RequestDone, reason: 'closed' | 'window full' | 'unencodable', detail: string): void {
  setImmediate(done, { kind: 'unsent', reason, detail })
}
