import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { magicChat } from './magicChat.ts'

test('the page about the simulator lists all magic numbers of WhatsApp, and no others', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/operate/simulator.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `9998'))
  const listed = rows.flatMap((row) => row.split('|')[1]?.match(/9998\d\d/g) ?? [])
  const endings = Array.from({ length: 100 }, (_, index) => `9998${String(index).padStart(2, '0')}`)
  assert.deepEqual(
    listed,
    endings.filter((ending) => magicChat(`49151${ending}`) !== null),
  )
})

test('a number that only contains a magic ending is like any other', () => {
  assert.equal(magicChat('4915199980212'), null)
  assert.equal(magicChat('999802')?.statuses[0]?.code, 131_026)
})
