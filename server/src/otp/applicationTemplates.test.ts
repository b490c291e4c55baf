import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Application } from './application.ts'
import { defaultSettings } from './applicationRules.ts'
import { placeTemplate, templatesMax, withoutTemplate } from './applicationTemplates.ts'
import { Refusal, refusalCodes } from './refusal.ts'
import { defaultTemplates } from './template.ts'

const application: Application = {
  ...defaultSettings({}, 0),
  id: 'a',
  accountId: 'acme',
  templates: defaultTemplates,
  isDefault: false,
  createdAt: 0,
  updatedAt: 0,
}
const text = 'Your code is {{OTP}}'

function refusedWith(code: keyof typeof refusalCodes) {
  return (error: unknown) => error instanceof Refusal && error.code === refusalCodes[code]
}

test('a template has the key of its language and channel', () => {
  for (const [language, channel, key] of [
    ['de', null, 'de'],
    ['PT-br', 'sms', 'pt-sms'],
    ['en', 'voice', 'en-voice'],
  ] as const) {
    const { templates } = placeTemplate(application, { language, channel, text }).application
    assert.equal(templates[key], text)
  }
})

test('a language outside ISO 639-1 is refused', () => {
  for (const language of ['', 'xx', 'german', 'd', '__proto__']) {
    const key = { language, channel: null }
    assert.throws(() => placeTemplate(application, { ...key, text }), refusedWith('language'))
    assert.throws(() => withoutTemplate(application, key), refusedWith('language'))
  }
})

test('the English template stays; those for one channel may go', () => {
  assert.throws(() => withoutTemplate(application, { language: 'EN-us', channel: null }), refusedWith('englishStays'))
  const left = withoutTemplate(application, { language: 'en', channel: 'voice' })
  assert.deepEqual(left?.templates, { en: defaultTemplates.en })
  assert.equal(withoutTemplate(application, { language: 'en', channel: 'sms' }), null)
})

test('an application can have so many templates, and change each of them', () => {
  const many = Object.fromEntries(Array.from({ length: templatesMax - 1 }, (_, index) => [`x${index}`, text]))
  const full = { ...application, templates: { en: text, ...many } }
  const german = { language: 'de', channel: null, text }
  assert.throws(() => placeTemplate(full, german), refusedWith('templatesMax'))
  const changed = placeTemplate(full, { ...german, language: 'en' })
  assert.equal(changed.created, false)
})

test('what the default application says is nothing to warn of', () => {
  for (const channel of [null, 'voice'] as const) {
    const own = channel === null ? defaultTemplates.en : defaultTemplates['en-voice']
    assert.deepEqual(placeTemplate(application, { language: 'en', channel, text: own }).warnings, [])
  }
})
