import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attachmentHeader, cleanFileName, FILE_NAME_CHARACTERS_MAX } from './fileName.ts'

test('a name has no folder, no control and nothing that looks like something else', () => {
  const cases: [string | null, string | null][] = [
    ['photo.jpg', 'photo.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\Bericht März.pdf', 'Bericht März.pdf'],
    ['..', null],
    ['', null],
    [null, null],
    ['.htaccess', 'htaccess'],
    ['a\r\nSet-Cookie: x=1', 'aSet-Cookie x=1'],
    ['invoice\u202egpj.exe', 'invoicegpj.exe'],
    ['say "hi"?.txt', 'say hi.txt'],
    ['half\ud83dpair', 'half\ufffdpair'],
  ]
  for (const [given, clean] of cases) assert.equal(cleanFileName(given), clean, String(given))
})

test('a long name keeps its ending', () => {
  const name = cleanFileName(`${'😀'.repeat(200)}.jpeg`)
  assert.ok(name !== null && name.length <= FILE_NAME_CHARACTERS_MAX)
  assert.match(name, /😀\.jpeg$/u)
})

test('any name becomes one that can stand in a header, and means the same there', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
      const name = cleanFileName(given)
      if (name === null) return
      assert.ok(name.length <= FILE_NAME_CHARACTERS_MAX && name.isWellFormed())
      assert.equal(cleanFileName(name), name)
      const header = attachmentHeader(name)
      assert.match(header, /^attachment; filename="[ !#-[\]-~]+"(; filename\*=UTF-8''[A-Za-z0-9%._~-]+)?$/)
      const encoded = /filename\*=UTF-8''(.+)$/.exec(header)?.[1]
      assert.equal(encoded === undefined ? /"(.+)"/.exec(header)?.[1] : decodeURIComponent(encoded), name)
    }),
  )
})
