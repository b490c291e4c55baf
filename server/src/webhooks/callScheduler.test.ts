import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FakeClock } from '../../test/fakeClock.ts'
import { CallScheduler, type SchedulerLimits, schedulerLimitsDefault } from './callScheduler.ts'
import { endpointKey, type HeldDelivery } from './delivery.ts'
import type { Endpoint } from './endpoint.ts'
import { judgeCall } from './judgeCall.ts'

/** A scheduler whose calls stay open until the test ends them. */
function createBench(limits: Partial<SchedulerLimits> = {}) {
  const clock = new FakeClock()
  const open: { delivery: HeldDelivery; endpoint: Endpoint }[] = []
  const returned: string[] = []
  const wanted: string[] = []
  const scheduler = new CallScheduler({
    clock,
    random: () => 0.5,
    limits: { ...schedulerLimitsDefault, ...limits },
    events: {
      start: (delivery, endpoint) => open.push({ delivery, endpoint }),
      returned: (deliveries) => returned.push(...deliveries.map((delivery) => delivery.id)),
      wanted: (endpoint) => wanted.push(endpoint.key),
    },
    rules: { isOrdered: () => false, isCallable: () => true },
  })
  let count = 0
  return {
    clock,
    scheduler,
    open,
    returned,
    wanted,
    add(path: string, times = 1): boolean[] {
      return Array.from({ length: times }, () => scheduler.add(delivery(String(++count), path)))
    },
    openTo: (path: string) => open.filter((call) => call.delivery.url.endsWith(path)).length,
    /** Ends the oldest open calls of a path. */
    async end(path: string, how: 'succeeded' | 'failed', { times = 1, askedMs = 0 } = {}) {
      for (let i = 0; i < times; i++) {
        const index = open.findIndex((call) => call.delivery.url.endsWith(path))
        const [call] = open.splice(index, 1)
        assert.ok(index >= 0 && call !== undefined)
        if (how === 'succeeded') scheduler.succeeded(call.endpoint)
        else scheduler.failed(call.endpoint, askedMs)
      }
      await nextTurn()
    },
  }
}

function delivery(id: string, path: string): HeldDelivery {
  return {
    id,
    accountId: 'acme',
    messageId: null,
    event: 'message.status',
    url: url(path),
    method: 'POST',
    body: null,
    ladder: 'receipt',
    attempts: 0,
    attemptsBefore: 0,
    expiresAt: 86_400_000,
    sequence: null,
  }
}

const url = (path: string) => `https://acme.example${path}`
const key = (path: string) => endpointKey('acme', url(path))

test('an endpoint starts with few calls at once and earns one more by each success, up to its limit', async () => {
  const bench = createBench({ endpointOpenStart: 2, endpointOpenMax: 4 })
  bench.add('/a', 20)
  await nextTurn()
  assert.equal(bench.openTo('/a'), 2)
  await bench.end('/a', 'succeeded')
  assert.equal(bench.openTo('/a'), 3)
  await bench.end('/a', 'succeeded', { times: 3 })
  assert.equal(bench.openTo('/a'), 4)
})

test('deliveries of one endpoint are called in the order they came', async () => {
  const bench = createBench({ endpointOpenStart: 1, endpointOpenMax: 1 })
  bench.add('/a', 600)
  await nextTurn()
  const order: string[] = []
  for (let i = 0; i < 600; i++) {
    order.push(bench.open[0]?.delivery.id ?? '')
    await bench.end('/a', 'succeeded')
  }
  assert.deepEqual(
    order,
    Array.from({ length: 600 }, (_, index) => String(index + 1)),
  )
})

test('failures in a row close an endpoint: its queue goes back and only one probe at a time is made', async () => {
  const bench = createBench({ failuresMax: 5, probePauseMs: 5_000, endpointOpenStart: 4 })
  bench.add('/dead', 20)
  await nextTurn()
  await bench.end('/dead', 'failed', { times: 4 })
  await bench.end('/dead', 'failed')
  assert.equal(bench.returned.length, 20 - 5 - bench.openTo('/dead'))
  assert.deepEqual(bench.add('/dead'), [false])
  assert.equal(bench.scheduler.closedEndpoints, 1)
  while (bench.openTo('/dead') > 0) await bench.end('/dead', 'failed')
  bench.clock.advance(4_999)
  assert.equal(bench.scheduler.claimRoom(key('/dead'), 100), 0)
  bench.clock.advance(1)
  assert.equal(bench.scheduler.claimRoom(key('/dead'), 100), 1)
  assert.deepEqual(bench.add('/dead', 2), [true, false])
  await nextTurn()
  assert.equal(bench.openTo('/dead'), 1)
  assert.equal(bench.scheduler.claimRoom(key('/dead'), 100), 0)
})

test('the pause before a probe doubles with each failure up to its bound, and a success opens the endpoint', async () => {
  const bench = createBench({ failuresMax: 1, probePauseMs: 1_000, probePauseMsMax: 4_000, endpointOpenStart: 1 })
  bench.add('/dead')
  await nextTurn()
  await bench.end('/dead', 'failed')
  for (const pauseMs of [1_000, 2_000, 4_000, 4_000]) {
    bench.clock.advance(pauseMs - 1)
    assert.deepEqual(bench.add('/dead'), [false])
    bench.clock.advance(1)
    assert.deepEqual(bench.add('/dead'), [true])
    await nextTurn()
    await bench.end('/dead', 'failed')
  }
  bench.clock.advance(4_000)
  bench.add('/dead')
  await nextTurn()
  await bench.end('/dead', 'succeeded')
  assert.equal(bench.scheduler.closedEndpoints, 0)
  assert.deepEqual(bench.add('/dead', 3), [true, true, true])
  assert.ok(bench.wanted.includes(key('/dead')), 'what waited meanwhile is fetched')
})

test('calls that were open when their endpoint closed do not lengthen its pause', async () => {
  const bench = createBench({ failuresMax: 2, probePauseMs: 1_000, endpointOpenStart: 32 })
  bench.add('/dead', 32)
  await nextTurn()
  assert.equal(bench.openTo('/dead'), 32)
  await bench.end('/dead', 'failed', { times: 32 })
  bench.clock.advance(1_000)
  assert.deepEqual(bench.add('/dead'), [true])
})

test('a Retry-After pauses the whole endpoint for exactly that long', async () => {
  const bench = createBench()
  bench.add('/busy', 10)
  await nextTurn()
  await bench.end('/busy', 'failed', { askedMs: 30_000 })
  assert.equal(bench.returned.length, 6)
  bench.clock.advance(29_999)
  assert.deepEqual(bench.add('/busy'), [false])
  bench.clock.advance(1)
  assert.deepEqual(bench.add('/busy'), [true])
})

test('hanging endpoints cannot take the last calls from one that answers', async () => {
  const bench = createBench({ openMax: 64, unprovenOpenMax: 48, endpointOpenStart: 32, endpointOpenMax: 32 })
  bench.add('/good')
  await nextTurn()
  await bench.end('/good', 'succeeded')
  for (let i = 0; i < 100; i++) bench.add(`/hanging-${i}.`, 50)
  await nextTurn()
  assert.equal(bench.open.length, 48)
  assert.ok(bench.openTo('/hanging-0.') <= 8, 'one endpoint has at most an eighth')
  bench.add('/good', 20)
  await nextTurn()
  for (let i = 0; i < 20; i++) await bench.end('/good', 'succeeded')
  assert.equal(bench.open.length, 48)
})

test('when every call is taken, endpoints get the next ones in turn', async () => {
  const bench = createBench({ openMax: 8, endpointOpenStart: 1, endpointOpenMax: 1 })
  for (let i = 0; i < 24; i++) bench.add(`/e${i}.`, 2)
  await nextTurn()
  const order = bench.open.map((call) => call.delivery.url)
  for (let i = 0; i < 40; i++) {
    const [oldest] = bench.open
    assert.ok(oldest)
    await bench.end(new URL(oldest.delivery.url).pathname, 'succeeded')
    const newest = bench.open.at(-1)
    if (newest !== undefined && order.length < 48) order.push(newest.delivery.url)
    assert.ok(bench.open.length <= 8)
  }
  assert.equal(new Set(order.slice(0, 24)).size, 24)
})

test('probes to closed endpoints are bounded together', async () => {
  const bench = createBench({ failuresMax: 1, probePauseMs: 1_000, probesOpenMax: 3, endpointOpenStart: 1 })
  for (let i = 0; i < 10; i++) bench.add(`/dead-${i}.`)
  await nextTurn()
  for (let i = 0; i < 10; i++) await bench.end(`/dead-${i}.`, 'failed')
  bench.clock.advance(1_000)
  for (let i = 0; i < 10; i++) bench.add(`/dead-${i}.`)
  await nextTurn()
  assert.equal(bench.open.length, 3)
  const [first] = bench.open
  assert.ok(first)
  await bench.end(new URL(first.delivery.url).pathname, 'failed')
  assert.equal(bench.open.length, 3)
})

test('an endpoint whose queue is full refuses, and asks for more once it runs low', async () => {
  const bench = createBench({ endpointQueueMax: 10, endpointOpenStart: 4, endpointOpenMax: 4 })
  assert.equal(bench.add('/a', 12).filter((taken) => taken).length, 10)
  await nextTurn()
  for (let i = 0; i < 6; i++) await bench.end('/a', 'succeeded')
  assert.ok(bench.wanted.includes(key('/a')))
  bench.scheduler.claimed(key('/a'), false)
  bench.wanted.length = 0
  while (bench.open.length > 0) await bench.end('/a', 'succeeded')
  assert.deepEqual(bench.wanted, [])
})

test('endpoints that were not used lately are forgotten, those in use are not', async () => {
  const bench = createBench({ endpointsMax: 2, failuresMax: 1, endpointOpenStart: 1 })
  bench.add('/a')
  bench.add('/b')
  await nextTurn()
  assert.deepEqual(bench.add('/c'), [false], 'the memory of endpoints is bounded')
  await bench.end('/a', 'failed')
  bench.clock.advance(1_000)
  bench.scheduler.forget(bench.clock.now())
  assert.equal(bench.scheduler.closedEndpoints, 0)
  assert.deepEqual(bench.add('/c'), [true])
  assert.deepEqual(bench.add('/d'), [false])
})

test('a new endpoint takes the place of the one that was idle for the longest time', async () => {
  const bench = createBench({ endpointsMax: 3, failuresMax: 1, endpointOpenStart: 1, endpointOpenMax: 2 })
  for (const path of ['/closed', '/first', '/second']) bench.add(path)
  await nextTurn()
  await bench.end('/closed', 'failed')
  await bench.end('/first', 'succeeded')
  await bench.end('/second', 'succeeded')
  assert.deepEqual(bench.add('/third'), [true])
  assert.equal(bench.scheduler.closedEndpoints, 1, 'what is known of a closed endpoint is worth more')
  bench.add('/second', 2)
  await nextTurn()
  assert.equal(bench.openTo('/second'), 2, 'the one used later kept what it had earned')
})

test('endpoints that are all closed do not keep a new one out, endpoints in use do', async () => {
  const bench = createBench({ endpointsMax: 2, failuresMax: 1, endpointOpenStart: 1 })
  bench.add('/a')
  bench.add('/b')
  await nextTurn()
  await bench.end('/a', 'failed')
  await bench.end('/b', 'failed')
  assert.deepEqual(bench.add('/c'), [true])
  assert.deepEqual(bench.add('/d'), [true])
  assert.deepEqual(bench.add('/e'), [false])
})

test('many more endpoints than memory holds are all served, one after another', async () => {
  const bench = createBench({ endpointsMax: 100 })
  for (let i = 0; i < 1_000; i++) {
    assert.deepEqual(bench.add(`/e${i}.`), [true])
    await nextTurn()
    await bench.end(`/e${i}.`, 'succeeded')
  }
})

test('an inbound message is tried at the instants of its ladder and no others, for the whole 48 hours', async () => {
  const bench = createBench()
  const startedAt = bench.clock.now()
  const message: HeldDelivery = { ...delivery('m', '/in'), ladder: 'inbound', expiresAt: startedAt + 172_800_000 }
  const instants: number[] = []
  for (let held = message; ; held = { ...held, attempts: held.attempts + 1 }) {
    assert.equal(bench.scheduler.add(held), true)
    await nextTurn()
    const call = bench.open.pop()
    assert.ok(call !== undefined)
    const now = bench.clock.now()
    instants.push((now - startedAt) / 1_000)
    const failuresInRow = call.endpoint.failuresInRow + 1
    const at = { startedAt: now, now, random: 0.5, retentionMs: 1, failuresInRow }
    const { record } = judgeCall(held, { kind: 'failed', error: 'refused' }, at)
    bench.scheduler.failed(call.endpoint, 0)
    if (record.status === 'failed') break
    bench.clock.advance(record.dueAt - now - 1)
    if (call.endpoint.closed) assert.equal(bench.scheduler.claimRoom(call.endpoint.key, 100), 0)
    bench.clock.advance(1)
    assert.notEqual(bench.scheduler.claimRoom(call.endpoint.key, 100), 0)
  }
  const instant = (index: number) => Math.floor(index / 100) * 1_590 + (index % 100) * 10
  assert.deepEqual(
    instants,
    Array.from({ length: 10_900 }, (_, index) => instant(index)),
  )
})

test('a stopped scheduler opens and takes nothing more', async () => {
  const bench = createBench({ endpointOpenStart: 1, endpointOpenMax: 1 })
  bench.add('/a', 5)
  await nextTurn()
  bench.scheduler.stop()
  assert.equal(bench.scheduler.queued, 0)
  await bench.end('/a', 'succeeded')
  assert.equal(bench.open.length, 0)
  assert.deepEqual(bench.add('/a'), [false])
  assert.equal(bench.scheduler.open, 0)
})
