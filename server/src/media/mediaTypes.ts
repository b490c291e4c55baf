/** A kind of file that is told by its first bytes. */
export interface MediaType {
  /** What it is called where nobody says better. */
  readonly contentType: string
  readonly fits: (head: Buffer) => boolean
  /** Under which names it may be declared, and what it is called then. */
  readonly declarable: ReadonlyMap<string, string>
}

/** So many first bytes decide. */
export const HEAD_BYTES = 4_096

/**
 * What may be uploaded: what chat channels take as image, audio, video, sticker or document. First match wins. A file
 * is never opened, whatever it contains: a ZIP archive is bytes that begin with PK.
 */
export const MEDIA_TYPES: readonly MediaType[] = [
  typeOf('image/jpeg', startsWith([0xff, 0xd8, 0xff]), ['image/jpg', 'image/pjpeg']),
  typeOf('image/png', startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  typeOf('image/gif', (head) => isAscii(head, 0, 'GIF87a') || isAscii(head, 0, 'GIF89a')),
  typeOf('image/webp', (head) => isAscii(head, 0, 'RIFF') && isAscii(head, 8, 'WEBP')),
  // Voice notes; channels want to hear of the codec.
  typeOf('audio/ogg; codecs=opus', (head) => isOgg(head, 'OpusHead'), ['audio/ogg', 'application/ogg', 'audio/opus']),
  typeOf('audio/ogg', (head) => isOgg(head, '\x01vorbis'), ['application/ogg', 'audio/vorbis']),
  typeOf('audio/amr', (head) => isAscii(head, 0, '#!AMR\n') || isAscii(head, 0, '#!AMR-WB\n'), ['audio/amr-wb']),
  typeOf('audio/mpeg', isMp3, ['audio/mp3', 'audio/x-mp3']),
  typeOf('audio/aac', isAdts, ['audio/aacp', 'audio/x-aac']),
  typeOf('audio/mp4', (head) => isBrand(head, M4A), ['audio/m4a', 'audio/x-m4a', 'audio/aac', 'video/mp4']),
  typeOf('video/3gpp', (head) => isBrand(head, THREE_GP), ['video/3gp', 'video/mp4'], ['audio/3gpp', 'video/3gpp2']),
  typeOf('video/mp4', (head) => isBrand(head, MP4), ['video/x-m4v'], ['audio/mp4']),
  typeOf('application/pdf', (head) => isAscii(head, 0, '%PDF-'), ['application/x-pdf']),
  typeOf(
    'application/zip',
    startsWith([0x50, 0x4b, 0x03, 0x04]),
    ['application/x-zip-compressed'],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      'application/vnd.oasis.opendocument.text',
      'application/vnd.oasis.opendocument.spreadsheet',
      'application/vnd.oasis.opendocument.presentation',
    ],
  ),
  // The container of older office files does not say which of them it is.
  typeOf(
    'application/x-ole-storage',
    startsWith([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    [],
    ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'],
  ),
  typeOf('text/plain', isText, [], ['text/csv', 'text/vcard']),
]

/** By the ending of a file's name, where the type is not declared. */
const TYPES_BY_EXTENSION = new Map(
  Object.entries({
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    gif: 'image/gif',
    webp: 'image/webp',
    ogg: 'audio/ogg; codecs=opus',
    opus: 'audio/ogg; codecs=opus',
    oga: 'audio/ogg',
    amr: 'audio/amr',
    mp3: 'audio/mpeg',
    aac: 'audio/aac',
    m4a: 'audio/mp4',
    '3gp': 'video/3gpp',
    mp4: 'video/mp4',
    pdf: 'application/pdf',
    zip: 'application/zip',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    odt: 'application/vnd.oasis.opendocument.text',
    ods: 'application/vnd.oasis.opendocument.spreadsheet',
    odp: 'application/vnd.oasis.opendocument.presentation',
    doc: 'application/msword',
    xls: 'application/vnd.ms-excel',
    ppt: 'application/vnd.ms-powerpoint',
    txt: 'text/plain',
    csv: 'text/csv',
    vcf: 'text/vcard',
  }),
)

/** 'Report.DOCX' → the type of such documents; null: the name says nothing. */
export function typeOfFileName(fileName: string): string | null {
  const extension = /\.([a-z0-9]{2,4})$/i.exec(fileName)?.[1]?.toLowerCase()
  return extension === undefined ? null : (TYPES_BY_EXTENSION.get(extension) ?? null)
}

/** 'jpg' of 'image/jpeg'; 'bin' of what is not known. */
export function extensionOf(contentType: string): string {
  const found = [...TYPES_BY_EXTENSION].find(([, type]) => type === contentType)
  return found?.[0] ?? 'bin'
}

/** `aliases` mean the same as `contentType`; types of their own are kept as they are declared. */
function typeOf(
  contentType: string,
  fits: (head: Buffer) => boolean,
  aliases: readonly string[] = [],
  ownTypes: readonly string[] = [],
): MediaType {
  const [essence = contentType] = contentType.split(';')
  const same = [essence, ...aliases].map((name) => [name, contentType] as const)
  return { contentType, fits, declarable: new Map([...same, ...ownTypes.map((name) => [name, name] as const)]) }
}

function startsWith(bytes: readonly number[]): (head: Buffer) => boolean {
  return (head) => bytes.every((byte, index) => head[index] === byte)
}

function isAscii(head: Buffer, offset: number, text: string): boolean {
  return head.toString('latin1', offset, offset + text.length) === text
}

/** The first page holds the codec's header: 27 bytes, a table of one segment, then the packet (RFC 3533, RFC 7845). */
function isOgg(head: Buffer, codec: string): boolean {
  return isAscii(head, 0, 'OggS') && isAscii(head, 28, codec)
}

/** An ID3v2 tag, or the header of an MPEG layer III frame whose bit rate and sampling rate exist. */
function isMp3(head: Buffer): boolean {
  if (isAscii(head, 0, 'ID3')) return true
  const [sync = 0, version = 0, rates = 0xff] = head
  const isLayer3 = sync === 0xff && (version & 0xe6) === 0xe2 && (version & 0x18) !== 0x08
  return isLayer3 && rates >> 4 !== 0xf && rates >> 4 !== 0 && (rates & 0x0c) !== 0x0c
}

/** AAC in ADTS frames: 12 bits of sync, layer 0, and a sampling rate that exists. */
function isAdts(head: Buffer): boolean {
  const [sync = 0, version = 0, rate = 0xff] = head
  return sync === 0xff && (version & 0xf6) === 0xf0 && (rate & 0x3c) <= 0x30
}

/** ISO 14496-12: a box `ftyp` first, with the major brand. */
function isBrand(head: Buffer, brands: RegExp): boolean {
  return isAscii(head, 4, 'ftyp') && brands.test(head.toString('latin1', 8, 12))
}

const M4A = /^M4[AB] $/
const THREE_GP = /^3g[p2egrs][0-9a-z]$/
const MP4 = /^(isom|iso[2-9]|mp4[12]|avc1|dash|MSNV|M4V |mmp4|f4v )$/

/** UTF-8 without control characters, and nothing that a browser could take for a page. */
function isText(head: Buffer): boolean {
  try {
    // A character may be cut at the end of the head.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: head.length >= HEAD_BYTES })
    return !hasControls(text) && !MARKUP.test(text)
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 ? code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d : code === 0x7f) return true
  }
  return false
}

const MARKUP = /^\s*<(?:[!?/]|(?:html|head|body|script|style|svg|iframe|math|title|meta|link|img|a|div|p|table)\b)/i
