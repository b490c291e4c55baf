import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../../test/fakeClock.ts'
import { waitFor } from '../../../test/waitFor.ts'
import { submitAll, testCarrierContract } from '../carrier.contract.ts'
import { graphError, json, TestGraph } from './testGraph.ts'
import { PATIENT, sampleChat, sampleMedia, WhatsAppRig } from './testWhatsApp.ts'

testCarrierContract('WhatsApp number', async (context) => {
  const peer = await TestGraph.start(context)
  const rig = new WhatsAppRig(context, peer.baseUrl)
  return { carrier: rig.carrier, sample: sampleChat(), peer, roomEvents: () => rig.roomEvents }
})

test('each content is sent in the form that the Cloud API takes', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  const url = 'https://a.example/x'
  const caption = 'A caption'
  await rig.outcomeOf({ kind: 'text', text: 'Grüße 🔑 https://a.example' }, { replyTo: 'wamid.before==' })
  await rig.outcomeOf({ kind: 'url', url })
  await rig.outcomeOf(sampleMedia({ url, caption, fileName: 'a.png' }))
  await rig.outcomeOf(sampleMedia({ type: 'document', url, caption, fileName: 'a.pdf' }))
  await rig.outcomeOf(sampleMedia({ type: 'audio', url, caption }))
  await rig.outcomeOf(sampleMedia({ type: 'video', url, caption }))
  await rig.outcomeOf(sampleMedia({ type: 'sticker', url, caption }))
  const to = { messaging_product: 'whatsapp', recipient_type: 'individual', to: '4915112345678' }
  assert.deepEqual(graph.messages, [
    {
      ...to,
      context: { message_id: 'wamid.before==' },
      type: 'text',
      text: { body: 'Grüße 🔑 https://a.example', preview_url: false },
    },
    { ...to, type: 'text', text: { body: url, preview_url: true } },
    { ...to, type: 'image', image: { link: url, caption } },
    { ...to, type: 'document', document: { link: url, caption, filename: 'a.pdf' } },
    { ...to, type: 'audio', audio: { link: url } },
    { ...to, type: 'video', video: { link: url, caption } },
    { ...to, type: 'sticker', sticker: { link: url } },
  ])
  const [request] = graph.requests.filter(({ method }) => method === 'POST')
  assert.equal(request?.url, '/v23.0/1001/messages')
  assert.equal(request?.authorization, 'Bearer token')
})

test('a template names its language, or goes in that of the number, with its parameters in order', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { config: { templateLanguage: 'pt_BR' } })
  const template = { kind: 'template', templateId: 'welcome', parameters: [] } as const
  await rig.outcomeOf({ ...template, language: { policy: 'fallback', code: 'de' }, parameters: ['Ann', '"2"'] })
  await rig.outcomeOf({ ...template, language: { policy: null, code: null } })
  const sent = graph.messages.map((message) => (message as { template: unknown }).template)
  assert.deepEqual(sent, [
    {
      name: 'welcome',
      language: { policy: 'deterministic', code: 'de' },
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Ann' },
            { type: 'text', text: '"2"' },
          ],
        },
      ],
    },
    { name: 'welcome', language: { policy: 'deterministic', code: 'pt_BR' } },
  ])
})

test('the id that statuses come by is kept; an answer without one leaves the message in doubt', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  const answer = async (status: number, body: object) => {
    graph.answerMessagesBy((response) => json(response, status, body))
    return rig.outcomeOf({ kind: 'text', text: 'x' })
  }
  assert.deepEqual(await answer(200, { messages: [{ id: 'wamid.HBg/+x==' }] }), {
    kind: 'accepted',
    carrierMessageId: 'wamid.HBg/+x==',
  })
  const inDoubt = { kind: 'unknown', reason: 'bind lost' }
  assert.deepEqual(await answer(200, {}), inDoubt)
  assert.deepEqual(await answer(200, { messages: 'wamid' }), inDoubt)
  assert.deepEqual(await answer(200, { messages: [{ id: 'a b' }] }), inDoubt)
  assert.deepEqual(await answer(504, {}), { kind: 'unknown', reason: 'timeout' })
})

test('credentials that are not accepted take the number down until they are', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  graph.answerOthersBy((response) => json(response, 401, graphError(190)))
  graph.answerMessagesBy((response) => json(response, 401, graphError(190)))
  assert.deepEqual(await rig.outcomeOf({ kind: 'text', text: 'x' }), {
    kind: 'refused',
    code: 0x0b26,
    reason: 'whatsapp::error::190 the access token is not valid any more',
    retry: 'next carrier',
  })
  assert.equal(rig.carrier.health().up, false)
  assert.equal(rig.carrier.room(), 0)
  graph.answerOthersBy((response) => json(response, 200, {}))
  await waitFor(() => rig.carrier.room() > 0)
  assert.deepEqual(
    rig.log.map(({ event }) => event),
    ['carrier.up', 'carrier.down', 'carrier.up'],
  )
})

test('a token that may send but not look at the number is no trouble', async (context) => {
  const graph = await TestGraph.start(context)
  graph.answerOthersBy((response) => json(response, 403, graphError(10)))
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  assert.equal(rig.carrier.health().up, true)
})

test('after a rate limit nothing is sent for as long as Meta wishes', async (context) => {
  const graph = await TestGraph.start(context)
  const clock = new FakeClock()
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { clock, config: PATIENT })
  graph.answerMessagesBy((response) => json(response, 429, graphError(130_429), { 'retry-after': '7' }))
  const outcome = await rig.outcomeOf({ kind: 'text', text: 'x' })
  assert.equal(outcome.kind === 'refused' && outcome.retry, 'same carrier later')
  assert.equal(rig.carrier.room(), 0)
  clock.advance(6_999)
  assert.equal(rig.carrier.room(), 0)
  const eventsBefore = rig.roomEvents
  clock.advance(1)
  assert.equal(rig.roomEvents, eventsBefore + 1)
  assert.equal(rig.carrier.room(), 10)
  assert.deepEqual(rig.log.at(-1), {
    event: 'carrier.throttled',
    carrierId: 'wa',
    reason: 'whatsapp::error::130429 the number has reached its throughput',
    pauseMs: 7_000,
  })
})

test('without a wish of Meta pauses grow, until a message is taken', async (context) => {
  const graph = await TestGraph.start(context)
  const clock = new FakeClock()
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { clock, config: PATIENT })
  const text = { kind: 'text', text: 'x' } as const
  const pauseAfterRefusal = async () => {
    graph.answerMessagesBy((response) => json(response, 429, graphError(130_429)))
    await rig.outcomeOf(text)
    const told = rig.log.at(-1)
    assert.equal(told?.event, 'carrier.throttled')
    clock.advance(told.pauseMs)
    return told.pauseMs
  }
  const pauses = [await pauseAfterRefusal(), await pauseAfterRefusal(), await pauseAfterRefusal()]
  graph.answerMessagesBy((response) => json(response, 200, { messages: [{ id: 'wamid.x' }] }))
  assert.equal((await rig.outcomeOf(text)).kind, 'accepted')
  pauses.push(await pauseAfterRefusal())
  for (const [index, least] of [250, 500, 1_000, 250].entries()) {
    const ms = pauses[index] ?? 0
    assert.ok(ms >= least && ms <= 2 * least, `${pauses}`)
  }
})

test('the limit of one person does not slow the others down', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  graph.answerMessagesBy((response) => json(response, 400, graphError(131_056)))
  const outcome = await rig.outcomeOf({ kind: 'text', text: 'x' })
  assert.equal(outcome.kind === 'refused' && outcome.retry, 'same carrier later')
  assert.equal(rig.carrier.room(), 10)
})

test('messages keep to their rate', async (context) => {
  const graph = await TestGraph.start(context)
  const clock = new FakeClock()
  const rig = await WhatsAppRig.started(context, graph.baseUrl, { clock, config: { ...PATIENT, throughput: 80 } })
  assert.equal(submitAll(rig.carrier, sampleChat()).submitted, 4)
  clock.advance(12)
  assert.equal(rig.carrier.room(), 0)
  clock.advance(1)
  assert.equal(rig.carrier.room(), 1)
})

test('a redirect is not followed, so that the token goes nowhere else', async (context) => {
  const graph = await TestGraph.start(context)
  const rig = await WhatsAppRig.started(context, graph.baseUrl)
  graph.answerMessagesBy((response) => response.writeHead(307, { location: `${graph.baseUrl}/elsewhere` }).end())
  assert.deepEqual(await rig.outcomeOf({ kind: 'text', text: 'x' }), {
    kind: 'refused',
    code: 0x0b28,
    reason: 'WhatsApp points elsewhere (HTTP 307)',
    retry: 'next carrier',
  })
  assert.ok(graph.requests.every(({ url }) => url !== '/elsewhere'))
})
