/** How long a name of a file may be, in characters. */
export const FILE_NAME_CHARACTERS_MAX = 240

/**
 * A name without folders and without what could be taken for more than a name: controls, quotes, leading dots,
 * characters that turn the direction of writing (they make `gpj.exe` look like `exe.jpg`). Null: nothing is left.
 */
export function cleanFileName(fileName: string | null): string | null {
  const last = fileName?.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replace(NOT_IN_NAMES, '')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .replace(/\s+/g, ' ')
  return clean === '' ? null : shortened(clean)
}

/** Controls of both ranges, format characters, and what is special in paths or headers somewhere. */
const NOT_IN_NAMES = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}"<>:|?*]/gu

/** Keeps the ending, by which people and programs know what it is. */
function shortened(name: string): string {
  if (name.length <= FILE_NAME_CHARACTERS_MAX) return name
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''
  // A pair of surrogates may be cut in two.
  return `${name
    .slice(0, FILE_NAME_CHARACTERS_MAX - ending.length - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}${ending}`
}

/** `attachment` with the name, in ASCII and whole (RFC 6266, RFC 8187). `fileName` is clean. */
export function attachmentHeader(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]/g, '_').replace(/[\\%]/g, '_')
  const encoded = encodeURIComponent(fileName).replace(/['()*!]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return ascii === fileName
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
