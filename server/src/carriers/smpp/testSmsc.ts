import type { TestContext } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { listenSmsc, type Smsc } from '@heliograph/smpp/listen'
import type { BindPdu, RequestPdu, SubmitSm } from '@heliograph/smpp/pdu'
import type { SessionHandlers, SmppSession } from '@heliograph/smpp/session'
import { CommandStatus } from '@heliograph/smpp/status'
import type { CarrierPeer, PeerBehaviour } from '../carrier.contract.ts'

export interface TestBind {
  readonly session: SmppSession
  readonly bind: BindPdu
  readonly submits: SubmitSm[]
}

/** An SMSC on loopback that treats submits as the test says. Its message ids count from 1. */
export class TestSmsc implements CarrierPeer {
  /** Every bind it ever took, in order. */
  readonly binds: TestBind[] = []
  password = 'secret'
  refusedBinds = 0
  received = 0
  #answer: (submit: SubmitSm, bind: TestBind) => void = (submit, { session }) => this.accept(submit, session)
  #tls: TlsOptions | undefined
  #smsc: Smsc | null = null
  #port = 0

  static async start(context: TestContext, tls?: TlsOptions): Promise<TestSmsc> {
    const smsc = new TestSmsc()
    smsc.#tls = tls
    await smsc.comeBack()
    context.after(() => smsc.goDown())
    return smsc
  }

  get port(): number {
    return this.#port
  }

  get openBinds(): TestBind[] {
    return this.binds.filter(({ session }) => session.isOpen)
  }

  accept(submit: SubmitSm, session: SmppSession, messageId = `${++this.#messages}`): void {
    session.respond(submit, CommandStatus.ESME_ROK, { messageId })
  }

  /** What it does with each submit from now on, in full. */
  answerBy(answer: (submit: SubmitSm, bind: TestBind) => void): void {
    this.#answer = answer
  }

  behave(behaviour: PeerBehaviour): void {
    const { ESME_RINVDSTADR, ESME_RTHROTTLED } = CommandStatus
    this.#answer = {
      accept: (submit: SubmitSm, { session }: TestBind) => this.accept(submit, session),
      refuse: (submit: SubmitSm, { session }: TestBind) => session.respond(submit, ESME_RINVDSTADR),
      throttle: (submit: SubmitSm, { session }: TestBind) => session.respond(submit, ESME_RTHROTTLED),
      'be silent': () => {},
      'hang up': (_: SubmitSm, { session }: TestBind) => session.destroy('hung up'),
    }[behaviour]
  }

  /** Sends a request to the ESME and resolves with the status of its answer, or why there was none. */
  send(request: RequestPdu, { session }: TestBind): Promise<number | string> {
    return new Promise((resolve) => {
      session.request(request, (result) => resolve(result.kind === 'response' ? result.pdu.commandStatus : result.kind))
    })
  }

  async goDown(): Promise<void> {
    for (const { session } of this.binds) session.destroy('went down')
    await this.#smsc?.close(0)
    this.#smsc = null
  }

  async comeBack(): Promise<void> {
    this.#smsc = await listenSmsc({
      host: '127.0.0.1',
      port: this.#port,
      ...(this.#tls && { tls: this.#tls }),
      session: { windowMax: 100, responseTimeoutMs: 60_000, enquireLinkMs: 0, requestsOpenMax: 10_000 },
      authenticate: (bind) => this.#authenticate(bind),
      bound: (session, bind) => this.#bound(session, bind),
    })
    this.#port = this.#smsc.port
  }

  #messages = 0

  #authenticate({ password }: BindPdu): number {
    if (password === this.password) return CommandStatus.ESME_ROK
    this.refusedBinds++
    return CommandStatus.ESME_RINVPASWD
  }

  #bound(session: SmppSession, bindPdu: BindPdu): SessionHandlers {
    const bind: TestBind = { session, bind: bindPdu, submits: [] }
    this.binds.push(bind)
    return {
      request: (pdu) => {
        if (pdu.command !== 'submit_sm') return
        this.received++
        bind.submits.push(pdu)
        this.#answer(pdu, bind)
      },
      closed: () => {},
    }
  }
}
