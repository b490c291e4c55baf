import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ApplicationWish } from './application.ts'
import { defaultSettings, nameUnitsMax, settle } from './applicationRules.ts'
import { Refusal, refusalCodes } from './refusal.ts'

const before = defaultSettings({}, 0)

for (const [code, wishes] of Object.entries({
  pinLength: [{ pinLength: 3 }, { pinLength: 11 }, { pinLength: 4.5 }, { pinLength: Number.NaN }],
  expire: [{ expireSeconds: 29 }, { expireSeconds: 7_201 }, { expireSeconds: 30.5 }, { expireSeconds: -300 }],
  attempts: [{ attempts: 0 }, { attempts: 11 }, { attempts: 1.5 }, { attempts: Number.POSITIVE_INFINITY }],
  nameIsDefault: [{ name: 'default' }, { name: 'DEFAULT' }, { name: ' default ' }],
  name: [{ name: '' }, { name: ' ' }, { name: 'x'.repeat(nameUnitsMax + 1) }, { name: '\0' }, { name: '\ud800' }],
  sender: [{ sender: '' }, { sender: 'TwelveLetter' }, { sender: '12' }, { sender: '漢字' }, { sender: 'a\nb' }],
  caller: [{ caller: '' }, { caller: 'TwelveLetter' }, { caller: '12' }, { caller: '015112345678' }],
  countries: [{ countries: [] }, { countries: ['XX'] }, { countries: ['Germany'] }, { countries: ['DE', ''] }],
  nistProfile: [
    { nistProfile: true },
    { nistProfile: true, pinLength: 5 },
    { nistProfile: true, pinLength: 6, expireSeconds: 601 },
  ],
} satisfies Partial<Record<keyof typeof refusalCodes, ApplicationWish[]>>)) {
  for (const wish of wishes) {
    test(`${JSON.stringify(wish)} is refused for its ${code}`, () => {
      assert.equal(refusalOf(wish)?.code, Object.entries(refusalCodes).find(([name]) => name === code)?.[1])
    })
  }
}

test('the vendor codes and words are the published ones', () => {
  const told = [{ pinLength: 3 }, { expireSeconds: 7_201 }, { name: 'default' }].map((wish) => {
    const { code, message } = refusalOf(wish) ?? assert.fail()
    return [code, message]
  })
  assert.deepEqual(told, [
    ['1006', 'PIN length should be between 4 to 10 digits'],
    ['1008', 'Expiration value should be between 30 and 7200.'],
    ['1017', "Cannot create application with name 'default'"],
  ])
})

test('every code of the table is another', () => {
  const codes = Object.values(refusalCodes)
  assert.equal(new Set(codes).size, codes.length)
})

for (const wish of [
  { pinLength: 4, expireSeconds: 30, attempts: 1 },
  { pinLength: 10, expireSeconds: 7_200, attempts: 10 },
  { nistProfile: true, pinLength: 6, expireSeconds: 600 },
  { name: 'My default', sender: '12345' },
  { sender: 'ElevenChars' },
  { caller: 'VERIFY' },
]) {
  test(`${JSON.stringify(wish)} is taken as it is`, () => {
    assert.deepEqual(settle(before, wish), { ...before, ...wish })
  })
}

test('numbers are kept with their plus, countries sorted, in capitals and once', () => {
  const settings = settle(before, { sender: '4915112345678', caller: '004930123456', countries: ['de', ' at', 'DE'] })
  assert.deepEqual(
    [settings.sender, settings.caller, settings.countries],
    ['+4915112345678', '+4930123456', ['AT', 'DE']],
  )
  assert.equal(settle(settings, { countries: null }).countries, null)
})

test('an application under the NIST profile has codes long enough when nobody says how long', () => {
  const wish = { nistProfile: true }
  assert.equal(settle(defaultSettings(wish, 0), wish).pinLength, 6)
})

test('no settings that the NIST profile forbids come out of any sequence of wishes', () => {
  const wish = fc.record(
    {
      pinLength: fc.integer({ min: 2, max: 12 }),
      expireSeconds: fc.integer({ min: 0, max: 8_000 }),
      attempts: fc.integer({ min: -1, max: 12 }),
      nistProfile: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 8 }), (wishes) => {
      let settings = before
      for (const next of wishes) {
        try {
          settings = settle(settings, next)
        } catch (error) {
          assert.ok(error instanceof Refusal)
        }
        const { pinLength, expireSeconds, attempts, nistProfile } = settings
        assert.ok(pinLength >= (nistProfile ? 6 : 4) && pinLength <= 10)
        assert.ok(expireSeconds >= 30 && expireSeconds <= (nistProfile ? 600 : 7_200))
        assert.ok(attempts >= 1 && attempts <= 10)
      }
    }),
  )
})

function refusalOf(wish: ApplicationWish): Refusal | null {
  try {
    settle(before, wish)
    return null
  } catch (error) {
    assert.ok(error instanceof Refusal)
    return error
  }
}
