import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { onEveryStore } from '../../test/onEveryStore.ts'
import { startPostgres } from '../../test/postgres.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openPostgres } from '../db/postgres.ts'
import { createIds } from '../ids.ts'
import { createApplications } from './application.ts'
import { applicationsMax } from './applicationRules.ts'
import { Refusal, refusalCodes } from './refusal.ts'

const NOWHERE = '00000000-0000-7000-8000-000000000000'

function start(db: Database, clock = new FakeClock()) {
  return { clock, ...createApplications({ db, clock, newId: createIds(clock) }) }
}

function refusedWith(code: keyof typeof refusalCodes) {
  return (error: unknown) => error instanceof Refusal && error.code === refusalCodes[code]
}

onEveryStore('Applications', (open) => {
  test('what is not said of an application has its default', async () => {
    const applications = start(await open())
    const application = await applications.create('acme', {})
    assert.deepEqual(application, {
      id: application.id,
      accountId: 'acme',
      name: `App-${applications.clock.now()}`,
      pinLength: 4,
      alphanumeric: false,
      attempts: 3,
      expireSeconds: 300,
      sender: 'VERIFY',
      caller: null,
      templates: application.templates,
      countries: null,
      nistProfile: false,
      isDefault: false,
      createdAt: applications.clock.now(),
      updatedAt: applications.clock.now(),
    })
    assert.deepEqual(Object.keys(application.templates), ['en', 'en-voice'])
    assert.deepEqual(await applications.find('acme', application.id), application)
  })

  test('an application is read as it was written, by its id in any case', async () => {
    const applications = start(await open())
    const wish = {
      name: 'Läden 🛒',
      pinLength: 8,
      alphanumeric: true,
      attempts: 10,
      expireSeconds: 600,
      sender: '+4915112345678',
      caller: '+4930123456',
      countries: ['AT', 'DE'],
      nistProfile: true,
    }
    const created = await applications.create('acme', wish)
    const found = await applications.find('acme', created.id.toUpperCase())
    assert.deepEqual(found, { ...created, ...wish })
    assert.deepEqual(await applications.list('acme'), [found])
  })

  test('an edit changes what is given and keeps the rest', async () => {
    const applications = start(await open())
    const before = await applications.create('acme', { name: 'Shop', caller: '+4930123456', pinLength: 6 })
    applications.clock.advance(1_000)
    const after = await applications.edit('acme', before.id, { caller: null, attempts: 5 })
    assert.deepEqual(after, { ...before, caller: null, attempts: 5, updatedAt: before.updatedAt + 1_000 })
    assert.deepEqual(await applications.find('acme', before.id), after)
  })

  test('an edit that breaks a rule changes nothing', async () => {
    const applications = start(await open())
    const before = await applications.create('acme', {})
    const wish = { attempts: 5, pinLength: 11 }
    await assert.rejects(applications.edit('acme', before.id, wish), refusedWith('pinLength'))
    assert.deepEqual(await applications.find('acme', before.id), before)
  })

  test('a deleted application is gone', async () => {
    const applications = start(await open())
    const { id } = await applications.create('acme', {})
    assert.equal((await applications.remove('acme', id))?.id, id)
    assert.equal(await applications.remove('acme', id), null)
    assert.equal(await applications.find('acme', id), null)
    assert.deepEqual(await applications.list('acme'), [])
  })

  test('an id that nobody has is no application, whatever is in it', async () => {
    const applications = start(await open())
    for (const id of [NOWHERE, '', '1', 'DEFAULT ', "' or 1=1", 'nul\0', '\ud800']) {
      assert.equal(await applications.find('acme', id), null)
      assert.equal(await applications.edit('acme', id, {}), null)
      assert.equal(await applications.remove('acme', id), null)
      assert.equal(await applications.setTemplate('acme', id, { language: '', channel: null, text: '' }), null)
      assert.equal(await applications.removeTemplate('acme', id, { language: '', channel: null }), null)
    }
    assert.deepEqual(await applications.list('acme'), [])
  })

  test('another account neither sees nor changes an application', async () => {
    const applications = start(await open())
    const own = await applications.create('acme', {})
    assert.deepEqual(await applications.list('other'), [])
    assert.equal(await applications.find('other', own.id), null)
    assert.equal(await applications.edit('other', own.id, { attempts: 9 }), null)
    assert.equal(await applications.remove('other', own.id), null)
    const template = { language: 'de', channel: null, text: 'Code {{OTP}}' }
    assert.equal(await applications.setTemplate('other', own.id, template), null)
    assert.equal(await applications.removeTemplate('other', own.id, { language: 'en', channel: 'voice' }), null)
    assert.deepEqual(await applications.list('acme'), [own])
  })

  test('the default application is there once it is asked for, one of its own for each account', async () => {
    const applications = start(await open())
    assert.deepEqual(await applications.list('acme'), [])
    const own = await applications.find('acme', 'default')
    const others = await applications.edit('other', 'Default', { pinLength: 7 })
    assert.deepEqual([own?.name, own?.isDefault, own?.pinLength], ['default', true, 4])
    assert.deepEqual([others?.name, others?.isDefault, others?.pinLength], ['default', true, 7])
    assert.deepEqual(await applications.list('acme'), [own])
    assert.deepEqual(await applications.find('acme', own?.id ?? ''), own)
    assert.deepEqual(await applications.list('other'), [others])
  })

  test('a template can be the first thing that is said of the default application', async () => {
    const applications = start(await open())
    const template = { language: 'de', channel: null, text: 'Code {{OTP}}' }
    const saved = await applications.setTemplate('acme', 'default', template)
    assert.deepEqual((await applications.find('acme', 'default'))?.templates, saved?.application.templates)
    assert.equal(saved?.application.templates.de, 'Code {{OTP}}')
  })

  test('first uses at the same time make one default application', async () => {
    const applications = start(await open())
    const found = await Promise.all(Array.from({ length: 20 }, () => applications.find('acme', 'default')))
    assert.equal(new Set(found.map((application) => application?.id)).size, 1)
    assert.equal((await applications.list('acme')).length, 1)
  })

  test('the default application cannot be deleted, by its name or its id', async () => {
    const applications = start(await open())
    await assert.rejects(applications.remove('acme', 'default'), refusedWith('defaultStays'))
    const { id = '' } = (await applications.find('acme', 'default')) ?? {}
    await assert.rejects(applications.remove('acme', id), refusedWith('defaultStays'))
    assert.equal(await applications.remove('other', id), null)
    assert.equal((await applications.find('acme', 'default'))?.id, id)
  })

  test('the default application keeps its name, and no other may have it', async () => {
    const applications = start(await open())
    const { id } = await applications.create('acme', {})
    await assert.rejects(applications.create('acme', { name: ' Default' }), refusedWith('nameIsDefault'))
    await assert.rejects(applications.edit('acme', id, { name: 'default' }), refusedWith('nameIsDefault'))
    await assert.rejects(applications.edit('acme', 'default', { name: 'Shop' }), refusedWith('name'))
    assert.equal((await applications.edit('acme', 'default', { name: 'default', attempts: 2 }))?.attempts, 2)
  })

  test('an account can have so many applications, its default one beside them', async () => {
    const applications = start(await open())
    for (let made = 0; made < applicationsMax; made++) await applications.create('acme', {})
    await assert.rejects(applications.create('acme', {}), refusedWith('applicationsMax'))
    assert.equal((await applications.find('acme', 'default'))?.isDefault, true)
    assert.equal((await applications.create('other', {})).accountId, 'other')
    const [oldest] = await applications.list('acme')
    await applications.remove('acme', oldest?.id ?? '')
    await applications.create('acme', {})
    assert.equal((await applications.list('acme')).length, applicationsMax + 1)
  })

  test('a template is new, then replaced, then gone', async () => {
    const applications = start(await open())
    const { id, templates } = await applications.create('acme', {})
    const german = { language: 'de-AT', channel: 'voice' } as const
    const first = await applications.setTemplate('acme', id, { ...german, text: 'Code {{OTP}}' })
    const second = await applications.setTemplate('acme', id, { ...german, text: 'Kennwort {{OTP}}' })
    assert.deepEqual([first?.created, second?.created], [true, false])
    const stored = await applications.find('acme', id)
    assert.deepEqual(stored?.templates, { ...templates, 'de-voice': 'Kennwort {{OTP}}' })
    assert.equal(await applications.removeTemplate('acme', id, { language: 'de', channel: null }), 'no such language')
    const removed = await applications.removeTemplate('acme', id, german)
    assert.deepEqual(removed !== 'no such language' && removed?.templates, templates)
    assert.equal(await applications.removeTemplate('acme', id, german), 'no such language')
    assert.deepEqual((await applications.find('acme', id))?.templates, templates)
  })

  test('changes at the same time are all kept', async () => {
    const applications = start(await open())
    const { id } = await applications.create('acme', {})
    const languages = ['de', 'fr', 'es', 'it', 'pt']
    await Promise.all(
      languages.map((language) =>
        applications.setTemplate('acme', id, { language, channel: null, text: `${language} {{OTP}}` }),
      ),
    )
    const stored = await applications.find('acme', id)
    for (const language of languages) assert.equal(stored?.templates[language], `${language} {{OTP}}`)
  })
})

test('nodes that ask for a default application at the same time make one', async (context) => {
  const postgres = await startPostgres()
  const url = await postgres.url('applications')
  const nodes = await Promise.all([openPostgres({ url }), openPostgres({ url })])
  context.after(async () => {
    await Promise.all(nodes.map((db) => db.close()))
    await postgres.stop()
  })
  await migrate(nodes[0])
  const both = nodes.map((db) => start(db))
  for (let round = 0; round < 20; round++) {
    const found = await Promise.all(both.map((applications) => applications.find(`account-${round}`, 'default')))
    assert.ok(found[0] !== null)
    assert.equal(found[0]?.id, found[1]?.id)
  }
})
