import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { createInboundRig, HANDSET, inboundPart, OUR_NUMBER, US_NUMBER } from '../../test/inboundRig.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { waitFor } from '../../test/waitFor.ts'
import type { Database } from '../db/database.ts'
import { listOptOuts } from './optOutStore.ts'

const ANY = { accountId: 'acme', sender: null, recipient: null, before: null, limit: 100 }

onEveryStore('opting out', (open) => {
  let db: Database
  before(async () => {
    db = await open()
  })
  const fresh = () => {
    const clock = new FakeClock()
    return { clock, ...createInboundRig({ db, clock }) }
  }
  const write = (text: string, from = HANDSET, to = US_NUMBER) =>
    inboundPart({ from, to, payload: Buffer.from(text, 'latin1') })

  test('STOP and START change who may be written to, once each, and each change is confirmed once', async () => {
    const rig = fresh()
    const isOut = () => rig.optOuts.has('acme', US_NUMBER, HANDSET)
    await rig.receive(write('START'))
    assert.deepEqual([isOut(), rig.replies.length], [false, 0], 'nobody had left')
    await rig.receive(write('Stop!'))
    await rig.receive(write('stop'), write('QUIT'))
    assert.deepEqual([isOut(), rig.replies.length], [true, 1])
    await rig.receive(write('please start again'))
    assert.equal(isOut(), true)
    await rig.receive(write('yes'), write('STOP'), write('UNSTOP'))
    assert.equal(isOut(), false)
    assert.deepEqual(
      rig.replies.map(({ text }) => text),
      ['Bye', 'Hi', 'Bye', 'Hi'],
    )
    assert.deepEqual(rig.replies[0], { accountId: 'acme', sender: US_NUMBER, recipient: HANDSET, text: 'Bye' })
    const ledger = await listOptOuts(db, ANY)
    assert.deepEqual(
      ledger.map(({ state, keyword }) => [state, keyword]),
      [
        ['in', 'UNSTOP'],
        ['out', 'STOP'],
        ['in', 'YES'],
        ['out', 'STOP'],
      ],
    )
    assert.ok(rig.announced.length >= 8, 'keywords are forwarded like all else')
    assert.equal(ledger.at(-1)?.messageId, rig.announced[1]?.message.id)
  })

  test('HELP is answered each time and changes nothing', async () => {
    const rig = fresh()
    await rig.receive(write('HELP'), write('info'))
    assert.deepEqual(
      rig.replies.map(({ text }) => text),
      ['Help', 'Help'],
    )
    assert.equal(rig.optOuts.has('acme', US_NUMBER, HANDSET), false)
  })

  test('an opt-out holds for one pair of numbers only', async () => {
    const rig = fresh()
    const leaver = '+4915100000001'
    await rig.receive(write('STOP', leaver))
    assert.equal(rig.optOuts.has('acme', US_NUMBER, leaver), true)
    assert.equal(rig.optOuts.has('acme', US_NUMBER, HANDSET), false)
    assert.equal(rig.optOuts.has('acme', OUR_NUMBER, leaver), false)
    assert.equal(rig.optOuts.has('other', US_NUMBER, leaver), false)
    assert.deepEqual(await listOptOuts(db, { ...ANY, accountId: 'other' }), [])
  })

  test('where keywords do not count they are words like others', async () => {
    const rig = fresh()
    const known = (await listOptOuts(db, ANY)).length
    await rig.receive(write('STOP', HANDSET, OUR_NUMBER), write('STOP', HANDSET, '+4989000000'))
    assert.equal(rig.optOuts.has('acme', OUR_NUMBER, HANDSET), false)
    assert.deepEqual(rig.replies, [])
    assert.equal((await listOptOuts(db, ANY)).length, known)
  })

  test('a restarted node and another node know who is out, and who came back', async () => {
    const [one, two] = [fresh(), fresh()]
    await two.optOuts.start()
    const [leaver, returner] = ['+4915100000002', '+4915100000003']
    await one.receive(write('STOP', leaver), write('STOP', returner))
    const knows = (rig: ReturnType<typeof fresh>) =>
      [leaver, returner].map((number) => rig.optOuts.has('acme', US_NUMBER, number))
    await waitFor(() => {
      two.clock.advance(1_000)
      return knows(two).every((out) => out)
    })
    one.clock.advance(5_000)
    await one.receive(write('START', returner))
    await waitFor(() => {
      two.clock.advance(1_000)
      return knows(two)[1] === false
    })
    assert.deepEqual(knows(two), [true, false])
    const restarted = fresh()
    await restarted.optOuts.start()
    assert.deepEqual(knows(restarted), [true, false])
    await Promise.all([two.optOuts.stop(), restarted.optOuts.stop()])
    assert.deepEqual([...two.troubles, ...restarted.troubles], [])
  })

  test('the ledger is listed by number, newest first, in pages', async () => {
    const rig = fresh()
    const numbers = [10, 11, 12, 13].map((number) => `+49151000000${number}`)
    for (const number of numbers) await rig.receive(write('STOP', number))
    const one = await listOptOuts(db, { ...ANY, recipient: numbers[1] ?? '' })
    assert.deepEqual(
      one.map(({ recipient, state }) => [recipient, state]),
      [[numbers[1], 'out']],
    )
    const all = await listOptOuts(db, ANY)
    const first = await listOptOuts(db, { ...ANY, limit: 2 })
    const second = await listOptOuts(db, { ...ANY, limit: 100, before: first.at(-1)?.id ?? null })
    assert.deepEqual([...first, ...second], all)
    assert.deepEqual(await listOptOuts(db, { ...ANY, sender: OUR_NUMBER }), [])
  })
})
