/** The fields of a receipt's text as written; null: the text has no such field. */
export interface ReceiptText {
  readonly id: string | null
  readonly stat: string | null
  readonly err: string | null
  readonly doneDate: string | null
  /** It has every field of SMPP 3.4 Appendix B but `err` and `text`, and nothing in front: no person writes that. */
  readonly complete: boolean
}

/**
 * Reads `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…` as SMSCs write it: fields in any order and
 * case, some missing, blanks around the colon. The first of two equal fields counts, and nothing is read from behind
 * `text:` (unless the id itself comes later), because a customer may have written anything there.
 */
export function parseReceiptText(text: string): ReceiptText {
  const usual = USUAL.exec(text)
  if (usual !== null) {
    const [, id = null, doneDate = null, stat = null, err = null] = usual
    return { id, stat, err, doneDate, complete: true }
  }
  const fields = new Map<string, string>()
  const source = text.slice(0, TEXT_LENGTH_MAX)
  const labels = [...source.matchAll(LABEL)]
  for (const [index, label] of labels.entries()) {
    const name = (label[1] ?? '').toLowerCase().replace(/[ _]/, '')
    if (name === 'text' && fields.has('id')) break
    const written = source.slice(label.index + label[0].length, labels[index + 1]?.index).trim()
    const value = name.endsWith('date') ? written : firstWord(written)
    if (!fields.has(name) && value !== '') fields.set(name, value)
  }
  return {
    id: fields.get('id') ?? null,
    stat: fields.get('stat') ?? null,
    err: fields.get('err') ?? null,
    doneDate: fields.get('donedate') ?? null,
    complete: /^\s*id:/i.test(source) && APPENDIX_B.every((name) => fields.has(name)),
  }
}

/** The form of Appendix B to the letter, which nearly every receipt has: one match instead of a search by labels. */
const USUAL =
  /^id:([0-9A-Za-z-]{1,65}) sub:\d{1,5} dlvrd:\d{1,5} submit date:\d{10,14} done date:(\d{10,14}) stat:([A-Z]{1,10}) err:([0-9A-Za-z]{1,5}) text:/

const LABEL = /(?<![a-z0-9])(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text) ?:/gi
const APPENDIX_B = ['id', 'sub', 'dlvrd', 'submitdate', 'donedate', 'stat']

/** A receipt is some 150 characters; the rest of a longer text is not looked at. */
const TEXT_LENGTH_MAX = 1024

/** Printable ASCII up to a blank, quote or separator: nothing else is part of an id, and a NUL breaks the store. */
function firstWord(value: string): string {
  return /^["'=]*([!#-&(-+\--:<-~]*)/.exec(value)?.[1] ?? ''
}
