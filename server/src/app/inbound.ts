import type { RegisteredNumbers } from '../contacts/registeredNumbers.ts'
import type { InboundTally } from '../inbound/keepInbound.ts'
import { createOwners, type OwnerOf } from '../inbound/owners.ts'
import { maskNumber } from '../log.ts'
import type { Ground } from './ground.ts'

/** Whose numbers are whose. In the demo all others are the demo account's, and the simulator's sink is called. */
export function numberOwners(
  { config }: Pick<Ground, 'config'>,
  { registeredNumbers, baseUrl }: { registeredNumbers: RegisteredNumbers; baseUrl: () => string },
): OwnerOf {
  const [demo] = config.accounts
  const demoOwner = () =>
    config.demo && demo !== undefined
      ? { accountId: demo.id, target: { url: `${baseUrl()}/sim/v1/sink/inbound`, method: 'POST' as const } }
      : null
  return createOwners(config.accounts, (number) => registeredNumbers.ownerOf(number) ?? demoOwner())
}

/** Counts what came in, and says where a number is nobody's. */
export function observeInbound(
  { metrics, log }: Pick<Ground, 'metrics' | 'log'>,
  { received, repeated, late }: InboundTally,
): void {
  const gaps = received.filter(({ message }) => message.missing > 0).length
  metrics.inbound.inc({ kind: 'whole' }, received.length - gaps)
  metrics.inbound.inc({ kind: 'gaps' }, gaps)
  metrics.inboundParts.inc({ kind: 'repeated' }, repeated)
  metrics.inboundParts.inc({ kind: 'late' }, late)
  const unowned = received.filter(({ owner }) => owner === null)
  const [first] = unowned
  if (first === undefined) return
  metrics.inboundUnowned.inc(unowned.length)
  const { carrierId, recipient } = first.message
  log.warn({ carrier: carrierId, to: maskNumber(recipient), messages: unowned.length }, 'inbound.unowned')
}

/** The same for what people write over chat channels. */
export function observeChatInbound(
  { metrics, log }: Pick<Ground, 'metrics' | 'log'>,
  { recorded, repeated, nobodys }: { readonly recorded: number; readonly repeated: number; readonly nobodys: number },
): void {
  metrics.inbound.inc({ kind: 'chat' }, recorded)
  metrics.inboundParts.inc({ kind: 'repeated' }, repeated)
  if (nobodys === 0) return
  metrics.inboundUnowned.inc(nobodys)
  log.warn({ messages: nobodys }, 'inbound.unowned')
}
