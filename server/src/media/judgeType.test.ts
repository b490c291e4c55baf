import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { judgeUpload, typeOfReceived } from './judgeType.ts'
import { extensionOf, typeOfFileName } from './mediaTypes.ts'

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** The first bytes of real files, and what they are. */
const SAMPLES: readonly (readonly [string, Buffer])[] = [
  ['image/jpeg', bytes('ffd8ffe000104a46494600010100000100010000')],
  ['image/png', bytes('89504e470d0a1a0a0000000d49484452')],
  ['image/gif', Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1')],
  ['image/webp', Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1')],
  ['audio/ogg; codecs=opus', Buffer.from(`OggS\x00\x02${'\x00'.repeat(20)}\x01\x13OpusHead\x01`, 'latin1')],
  ['audio/ogg', Buffer.from(`OggS\x00\x02${'\x00'.repeat(20)}\x01\x1e\x01vorbis`, 'latin1')],
  ['audio/amr', Buffer.from('#!AMR\n\x3c')],
  ['audio/mpeg', Buffer.from('ID3\x04\x00\x00', 'latin1')],
  ['audio/mpeg', bytes('fffb9064000f')],
  ['audio/aac', bytes('fff15080021ffc')],
  ['audio/mp4', Buffer.from('\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00', 'latin1')],
  ['video/3gpp', Buffer.from('\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x00', 'latin1')],
  ['video/mp4', Buffer.from('\x00\x00\x00\x20ftypisom\x00\x00\x02\x00', 'latin1')],
  ['application/pdf', Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')],
  ['application/zip', bytes('504b030414000600080000002100')],
  ['application/x-ole-storage', bytes('d0cf11e0a1b11ae10000000000000000')],
  ['text/plain', Buffer.from('Grüße aus Köln – 你好\r\n\tund tschüss\n')],
]

/** What nobody may upload, whatever it calls itself. */
const REFUSED: Readonly<Record<string, Buffer>> = {
  'a Windows program': Buffer.from('MZ\x90\x00\x03\x00\x00\x00\x04', 'latin1'),
  'a Linux program': bytes('7f454c4602010100'),
  'a web page': Buffer.from('\ufeff \n<!DOCTYPE html><script>alert(1)</script>'),
  'an SVG image': Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>'),
  'a gzip stream': gzipSync(Buffer.alloc(1_000)),
  'a bare deflate stream': deflateRawSync(Buffer.alloc(1_000)),
  'a sound of Windows': Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'),
  'text with a NUL': Buffer.from('hello\0world'),
  'text that is no UTF-8': Buffer.from('Gr\xfc\xdfe', 'latin1'),
  'a picture of another kind in the same box': Buffer.from('\x00\x00\x00\x18ftypheic', 'latin1'),
  'the sync word of no audio': bytes('ffffffff'),
}

describe('uploads', () => {
  for (const [contentType, head] of SAMPLES) {
    test(`${contentType} is known by its bytes`, () => {
      const undeclared = [null, '', 'application/octet-stream', 'application/x-www-form-urlencoded']
      for (const declaredType of undeclared) {
        assert.deepEqual(judge(head, declaredType), { kind: 'fits', contentType })
      }
      assert.deepEqual(judge(head, contentType.toUpperCase()), { kind: 'fits', contentType })
    })
  }

  for (const [what, head] of Object.entries(REFUSED)) {
    test(`${what} is refused under every name`, () => {
      for (const declaredType of [null, ...SAMPLES.map(([contentType]) => contentType)]) {
        assert.equal(judge(head, declaredType).kind, 'wrong')
      }
      assert.equal(typeOfReceived(head, 'image/jpeg'), 'application/octet-stream')
    })
  }

  test('what declares to be something else is refused, and told what it is', () => {
    const pdf = Buffer.from('%PDF-1.4')
    assert.deepEqual(judge(pdf, 'image/jpeg'), {
      kind: 'wrong',
      reason: 'the bytes are application/pdf, and not image/jpeg',
    })
    for (const declaredType of [
      'text/html',
      'image/svg+xml',
      'multipart/form-data; boundary=x',
      'nonsense',
      '__proto__',
    ]) {
      assert.equal(judge(pdf, declaredType).kind, 'wrong')
    }
  })

  test('a type that shares its bytes with others is kept as declared, or as its name says', () => {
    const zip = bytes('504b0304')
    assert.deepEqual(judge(zip, DOCX), { kind: 'fits', contentType: DOCX })
    const named = (fileName: string) => judgeUpload(zip, { declaredType: null, fileName })
    assert.deepEqual(named('Report.DOCX'), { kind: 'fits', contentType: DOCX })
    assert.deepEqual(named('report.pdf'), { kind: 'fits', contentType: 'application/zip' })
    assert.deepEqual(judge(Buffer.from('a;b\n1;2\n'), 'text/csv; charset=utf-8'), {
      kind: 'fits',
      contentType: 'text/csv',
    })
  })

  test('a character that is cut where the look ends does not make text something else', () => {
    const text = Buffer.concat([Buffer.from('x'.repeat(4_095)), Buffer.from('ü')])
    assert.equal(judge(text.subarray(0, 4_096), 'text/plain').kind, 'fits')
    assert.equal(judge(Buffer.from('ü').subarray(0, 1), 'text/plain').kind, 'wrong')
  })

  test('any bytes and any declaration get a verdict', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.option(fc.string()),
        fc.option(fc.string()),
        (head, type, name) => {
          const verdict = judgeUpload(Buffer.from(head), { declaredType: type, fileName: name })
          const received = typeOfReceived(Buffer.from(head), type)
          if (verdict.kind === 'fits') assert.match(verdict.contentType, /^[a-z]+\/[a-z0-9.+-]+(; codecs=opus)?$/)
          assert.match(received, /^[a-z]+\/[a-z0-9.+-]+(; codecs=opus)?$/)
        },
      ),
    )
  })
})

describe('received files', () => {
  test('are what their bytes say, whatever the carrier was told', () => {
    assert.equal(typeOfReceived(bytes('89504e470d0a1a0a'), 'image/jpeg'), 'image/png')
    assert.equal(typeOfReceived(bytes('504b0304'), DOCX), DOCX)
    assert.equal(typeOfReceived(bytes('504b0304'), null), 'application/zip')
    assert.equal(typeOfReceived(Buffer.from('<html>'), 'text/html'), 'application/octet-stream')
  })
})

test('the ending of a name and the type lead to each other', () => {
  for (const name of ['a.jpg', 'a.ogg', 'a.docx', 'a.txt', 'a.3gp']) {
    const contentType = typeOfFileName(name)
    assert.ok(contentType !== null)
    assert.equal(`a.${extensionOf(contentType)}`, name)
  }
  assert.equal(typeOfFileName('a.exe'), null)
  assert.equal(typeOfFileName('constructor'), null)
  assert.equal(extensionOf('application/octet-stream'), 'bin')
})

function judge(head: Buffer, declaredType: string | null) {
  return judgeUpload(head, { declaredType, fileName: null })
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}
