import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FakeClock } from '../../test/fakeClock.ts'
import { CANARY_DIGITS, codesInFolder, codesInText } from '../../test/findCodes.ts'
import { ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { createTestOtps, numberFrom } from '../../test/testOtps.ts'
import { migrate } from '../db/migrate.ts'
import { openSqlite } from '../db/sqlite.ts'
import { makeCode } from './code.ts'

test('of 1,000 codes none is in the database, its journal, what is logged or what is answered', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-canaries-'))
  const db = await openSqlite({ directory })
  context.after(async () => {
    await db.close()
    await rm(directory, { recursive: true })
  })
  await migrate(db)
  const carrier = new ScriptedCarrier('carrier')
  const world = createTestOtps({ db, clock: new FakeClock(), carriers: [carrier] })
  await world.dispatcher.start()
  const application = await world.application({ pinLength: CANARY_DIGITS })
  const own = Array.from({ length: CODES / 2 }, () => makeCode({ length: CANARY_DIGITS, alphanumeric: false }))
  const answers: unknown[] = []

  // While the carrier is away the texts wait in the table.
  carrier.goDown()
  const otps = await Promise.all([
    ...own.map((code, index) => world.send(application, { number: numberOf(index), code, text: textOf(code, index) })),
    ...own.map((_, index) => world.send(application, { number: numberOf(CODES + index) })),
  ])
  assert.deepEqual(await codesInFolder(directory, own), [])
  assert.ok((await readdir(directory)).some((file) => file.endsWith('-wal')))
  carrier.comeUp()
  await world.advance(1_000)
  await world.until(() => carrier.received.length === CODES)
  const codes = world.texts().map((text) => /\d{10}/.exec(text)?.[0] ?? assert.fail(text))
  assert.equal(new Set([...codes, ...own]).size, CODES)

  const checks = otps.slice(0, CODES / 2).map(({ id }, index) => {
    const code = (index % 2 === 0 ? own[index] : own[index - 1]) ?? ''
    return world.otps.check({ accountId: 'acme', id, code })
  })
  answers.push(otps, await Promise.all(checks))
  for (const { id } of otps.slice(0, 20)) {
    answers.push(await world.otps.resend({ accountId: 'acme', id, via: null, sender: null, caller: null, judge() {} }))
    answers.push(await world.otps.events('acme', id), await world.otps.remove('acme', id))
  }
  await world.rest()
  assert.deepEqual(await codesInFolder(directory, codes), [])
  assert.deepEqual(codesInText(JSON.stringify([answers, world.events, world.troubles]), codes), [])

  // That the search finds what is there.
  await world.send(application, { referenceId: `see ${codes[0]}.` })
  assert.deepEqual(await codesInFolder(directory, codes), [codes[0]])
})

const CODES = 1_000

function numberOf(index: number) {
  return numberFrom(`+49151${String(10_000_000 + index)}`)
}

/** Own codes in all the forms a text may have; null: the application's template. */
function textOf(code: string, index: number): string | null {
  return [null, 'Use {{OTP}} now', `Use ${code} now`][index % 3] ?? null
}
