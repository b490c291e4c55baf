import { decodeUserData } from '@heliograph/text/decodeUserData'

/** The user data of one part as it came, without its header. */
export interface PartData {
  /** 1–total */
  readonly number: number
  readonly dataCoding: number
  /** Hex. */
  readonly payload: string
}

export interface JoinedParts {
  /** Text, or hex when the user data is none; `<...>` stands at each gap. */
  readonly body: string
  readonly bodyIsHex: boolean
  readonly missing: number
}

/**
 * What the parts of one message say together; `parts` by number, none twice. Neighbours of one coding are joined
 * before they are decoded, because phones cut inside a surrogate pair or an escape. When any part is binary, all is.
 */
export function joinParts(parts: readonly PartData[], total: number): JoinedParts {
  const runs = runsOf(parts)
  const decoded = runs.map(({ payload, dataCoding }) => decodeUserData(Buffer.from(payload, 'hex'), dataCoding))
  const bodyIsHex = decoded.some(({ kind }) => kind === 'binary')
  let body = ''
  let next = 1
  for (const [index, run] of runs.entries()) {
    if (run.first > next) body += GAP
    const words = decoded[index]
    body += bodyIsHex || words?.kind !== 'text' ? run.payload : words.text
    next = run.last + 1
  }
  if (next <= total) body += GAP
  return { body, bodyIsHex, missing: total - parts.length }
}

/** As the vendor's API marks what is missing. */
export const GAP = '<...>'

/** Neighbours of one coding. */
interface Run {
  readonly first: number
  last: number
  readonly dataCoding: number
  payload: string
}

function runsOf(parts: readonly PartData[]): Run[] {
  const runs: Run[] = []
  for (const { number, dataCoding, payload } of parts) {
    const run = runs.at(-1)
    if (run !== undefined && run.last + 1 === number && run.dataCoding === dataCoding) {
      run.last = number
      run.payload += payload
    } else {
      runs.push({ first: number, last: number, dataCoding, payload })
    }
  }
  return runs
}
