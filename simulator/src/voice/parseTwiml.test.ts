import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTwiml } from './parseTwiml.ts'

test('texts and pauses are read in order', () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
    <Response> <Pause/><Say>One</Say><Pause length="2"></Pause><Say voice="Polly.Vicki" language = "de-DE">Zwei</Say></Response >
  `
  assert.deepEqual(parseTwiml(xml), {
    kind: 'verbs',
    verbs: [
      { kind: 'pause', seconds: 1 },
      { kind: 'say', text: 'One', language: 'en-US', voice: null },
      { kind: 'pause', seconds: 2 },
      { kind: 'say', text: 'Zwei', language: 'de-DE', voice: 'Polly.Vicki' },
    ],
  })
})

test('whatever text is escaped comes out again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      fc.pre(text.trim() !== '')
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
      const parsed = parseTwiml(`<Response><Say>${escaped}</Say></Response>`)
      assert.deepEqual(parsed.kind === 'verbs' && parsed.verbs[0]?.kind === 'say' && parsed.verbs[0].text, text)
    }),
  )
  const numbered = parseTwiml('<Response><Say>&#x1F511; &#65;&apos;&gt;</Say></Response>')
  assert.equal(numbered.kind === 'verbs' && numbered.verbs[0]?.kind === 'say' && numbered.verbs[0].text, "🔑 A'>")
})

test('what a call would fail on, or pass over, is malformed', () => {
  const wrong = [
    '',
    'text',
    '<Response>',
    '<Response><Say>a</Say>',
    '<Response><Say>a</Response>',
    '<Response><Say>a</Say></Response><Response/>',
    '<Response>text</Response>',
    '<Response><Say></Say></Response>',
    '<Response><Say/></Response>',
    '<Response><Say>a & b</Say></Response>',
    '<Response><Say>&nbsp;</Say></Response>',
    '<Response><Say>&#x110000;</Say></Response>',
    '<Response><Say loop="2">a</Say></Response>',
    '<Response><Say voice="a" voice="b">a</Say></Response>',
    "<Response><Say voice='a'>a</Say></Response>",
    '<Response><Say><Dial>+49</Dial></Say></Response>',
    '<Response><Dial>+49</Dial></Response>',
    '<Response><Pause length="soon"/></Response>',
    '<Response><!-- a --></Response>',
    '<response><Say>a</Say></response>',
  ]
  for (const xml of wrong) assert.equal(parseTwiml(xml).kind, 'malformed', xml)
  assert.deepEqual(parseTwiml('<Response/>'), { kind: 'verbs', verbs: [] })
})

test('no text makes the reader fail in another way', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    ' ',
    '=',
    'Say',
    'Response',
    'Pause',
    'a',
    '?xml',
    '<Say>',
  )
  fc.assert(fc.property(fc.array(pieces), (parts) => void parseTwiml(parts.join(''))))
})
