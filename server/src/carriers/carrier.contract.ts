import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { segmentText } from '@heliograph/text/segmentText'
import { waitFor } from '../../test/waitFor.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { Carrier, SegmentSubmission, SubmitOutcome } from './carrier.ts'

/** A carrier with a peer on the other side that does as it is told. */
export interface CarrierRig<Part> {
  readonly carrier: Carrier<Part>
  /** What it is given to take. */
  readonly sample: Part
  readonly peer: CarrierPeer
  /** How often the carrier called `events.room`. */
  roomEvents(): number
}

export interface CarrierPeer {
  /** What it does with each submit from now on. */
  behave(behaviour: PeerBehaviour): void
  /** Submits it has received. */
  readonly received: number
  /** Drops every connection and takes none. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
}

export type PeerBehaviour = 'accept' | 'refuse' | 'throttle' | 'be silent' | 'hang up'

/**
 * What every carrier owes to dispatch. `createRig` makes a carrier that is not started, with room for at least 10
 * parts, that gives an answer up after a second or so, and cleans up through the test context.
 */
export function testCarrierContract<Part>(
  name: string,
  createRig: (context: TestContext) => Promise<CarrierRig<Part>>,
): void {
  const endings: readonly (readonly [PeerBehaviour, readonly SubmitOutcome['kind'][]])[] = [
    ['accept', ['accepted']],
    ['refuse', ['refused']],
    ['throttle', ['refused']],
    ['be silent', ['unknown']],
    ['hang up', ['unknown', 'unsent']],
  ]
  for (const [behaviour, kinds] of endings) {
    test(`${name}: every submit ends exactly once when the peer's way is to ${behaviour}`, async (context) => {
      const { carrier, peer, sample } = await startedRig(context)
      peer.behave(behaviour)
      const ledger = submitAll(carrier, sample)
      assert.ok(ledger.submitted >= 10)
      await waitFor(() => ledger.outcomes.length === ledger.submitted)
      for (const { kind } of ledger.outcomes) assert.ok(kinds.includes(kind), kind)
      await carrier.stop(100)
      assert.equal(ledger.outcomes.length, ledger.submitted)
    })
  }

  test(`${name}: room is 0 before it is up, and the event says when it is not any more`, async (context) => {
    const { carrier, roomEvents } = await createRig(context)
    context.after(() => carrier.stop(0))
    assert.equal(carrier.room(), 0)
    carrier.start()
    await waitFor(() => roomEvents() > 0)
    assert.ok(carrier.room() > 0)
    assert.equal(carrier.health().up, true)
  })

  test(`${name}: room runs out one by one, never below 0, and the event says when it is back`, async (context) => {
    const { carrier, peer, sample, roomEvents } = await startedRig(context)
    peer.behave('be silent')
    for (let room = carrier.room(); room > 0; room--) {
      assert.equal(carrier.room(), room)
      carrier.submit(sample, () => assert.ok(carrier.room() >= 0))
    }
    assert.equal(carrier.room(), 0)
    const eventsBefore = roomEvents()
    await waitFor(() => roomEvents() > eventsBefore && carrier.room() > 0)
  })

  test(`${name}: a submit without room is unsent, on a later turn`, async (context) => {
    const { carrier, sample } = await createRig(context)
    context.after(() => carrier.stop(0))
    const ledger = submitTimes(carrier, 1, sample)
    assert.equal(ledger.outcomes.length, 0)
    await waitFor(() => ledger.outcomes.length === 1)
    assert.equal(ledger.outcomes[0]?.kind, 'unsent')
  })

  test(`${name}: it comes back by itself when the peer does`, async (context) => {
    const { carrier, peer, sample, roomEvents } = await startedRig(context)
    await peer.goDown()
    await waitFor(() => !carrier.health().up)
    assert.equal(carrier.room(), 0)
    assert.notEqual(carrier.health().lastError, null)
    const eventsBefore = roomEvents()
    await peer.comeBack()
    await waitFor(() => carrier.room() > 0 && roomEvents() > eventsBefore)
    await waitFor(() => carrier.health().bindsUp === carrier.health().bindsWanted)
    assert.equal(carrier.health().lastError, null)
    const ledger = submitTimes(carrier, 1, sample)
    await waitFor(() => ledger.outcomes.length === 1)
    assert.equal(ledger.outcomes[0]?.kind, 'accepted')
  })

  test(`${name}: stop waits for the answers that come in time`, async (context) => {
    const { carrier, sample } = await startedRig(context)
    const ledger = submitTimes(carrier, 5, sample)
    await carrier.stop(5_000)
    assert.deepEqual(kindsOf(ledger), new Array(5).fill('accepted'))
  })

  test(`${name}: stop leaves what is open then unknown, takes nothing more, and may be called twice`, async (context) => {
    const { carrier, peer, sample } = await startedRig(context)
    peer.behave('be silent')
    const ledger = submitTimes(carrier, 5, sample)
    await waitFor(() => peer.received === 5)
    const stopped = carrier.stop(50)
    assert.equal(carrier.room(), 0)
    const late = submitTimes(carrier, 1, sample)
    await Promise.all([stopped, carrier.stop(50)])
    assert.deepEqual(kindsOf(ledger), new Array(5).fill('unknown'))
    await waitFor(() => late.outcomes.length === 1)
    assert.equal(late.outcomes[0]?.kind, 'unsent')
    assert.deepEqual({ up: carrier.health().up, inFlight: carrier.health().inFlight }, { up: false, inFlight: 0 })
  })

  test(`${name}: stop is clean when the peer was never there`, async (context) => {
    const { carrier, peer } = await createRig(context)
    await peer.goDown()
    carrier.start()
    await waitFor(() => carrier.health().lastError !== null)
    await carrier.stop(1_000)
    assert.equal(carrier.room(), 0)
  })

  async function startedRig(context: TestContext): Promise<CarrierRig<Part>> {
    const rig = await createRig(context)
    context.after(() => rig.carrier.stop(0))
    rig.carrier.start()
    await waitFor(() => rig.carrier.room() > 0)
    return rig
  }
}

/** What became of the submits of one test; an outcome that comes twice or at once fails the test. */
export interface Ledger {
  submitted: number
  readonly outcomes: SubmitOutcome[]
}

/** Submits until there is no room. */
export function submitAll<Part>(carrier: Carrier<Part>, part: Part): Ledger {
  const ledger: Ledger = { submitted: 0, outcomes: [] }
  while (carrier.room() > 0) submitOne(carrier, part, ledger)
  return ledger
}

export function submitTimes<Part>(carrier: Carrier<Part>, times: number, part: Part): Ledger {
  const ledger: Ledger = { submitted: 0, outcomes: [] }
  while (ledger.submitted < times) submitOne(carrier, part, ledger)
  return ledger
}

function submitOne<Part>(carrier: Carrier<Part>, part: Part, ledger: Ledger): void {
  let settled = 0
  let returned = false
  ledger.submitted++
  carrier.submit(part, (outcome) => {
    settled++
    assert.equal(settled, 1, 'an outcome came twice')
    assert.ok(returned, 'an outcome came before submit returned')
    ledger.outcomes.push(outcome)
  })
  returned = true
}

export function sampleSubmission(text = 'Hello'): SegmentSubmission {
  const from = parseSender('Acme')
  const to = parseNumber('+4915112345678')
  const [segment] = segmentText(text, 'gsm7')
  assert.ok(from !== null && to !== null && segment !== undefined)
  const expiresAt = Date.now() + 3_600_000
  return { messageId: 'message-1', from, to, segment, reference: 1, flash: false, expiresAt }
}

function kindsOf({ outcomes }: Ledger): SubmitOutcome['kind'][] {
  return outcomes.map(({ kind }) => kind)
}
