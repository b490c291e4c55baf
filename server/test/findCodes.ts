import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Codes so long that none turns up by chance. */
export const CANARY_DIGITS = 10

/** Which of the codes can be read in any file of the folder. */
export async function codesInFolder(folder: string, codes: readonly string[]): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))
  return codesInText(texts.join('\n'), codes)
}

/** As they are, or with their digits spaced as a voice reads them, within longer rows of digits too. */
export function codesInText(text: string, codes: readonly string[]): string[] {
  const wanted = new Set(codes)
  const rows = text.match(/\d(?: ?\d){9,}/g) ?? []
  const found = rows.flatMap((row) => {
    const digits = row.replaceAll(' ', '')
    const starts = Array.from({ length: digits.length - CANARY_DIGITS + 1 }, (_, start) => start)
    return starts.map((start) => digits.slice(start, start + CANARY_DIGITS)).filter((part) => wanted.has(part))
  })
  return [...new Set(found)]
}
