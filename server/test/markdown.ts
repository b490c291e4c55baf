/** A fenced block of a page. */
export interface CodeBlock {
  /** What stands behind the fence: 'sh run', 'json'. */
  readonly info: string
  readonly text: string
  readonly line: number
}

/** Fenced blocks in their order, the ones inside lists too. */
export function codeBlocksOf(page: string): CodeBlock[] {
  return [...page.matchAll(/^( *)```([^\n`]*)\n([\s\S]*?)^\1```$/gm)].map(({ 2: info = '', 3: text = '', index }) => ({
    info: info.trim(),
    text,
    line: page.slice(0, index).split('\n').length,
  }))
}

/** Targets of links in the running text, as written. */
export function linksOf(page: string): string[] {
  const prose = page.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, 'code')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** The anchors that GitHub makes of a page's headings; a heading that comes again gets a number. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  const prose = page.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '')
  for (const [, heading = ''] of prose.matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}
