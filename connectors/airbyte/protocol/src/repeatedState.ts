/**
 * Records may follow the last state of a stream without moving its position, yet platforms want a last state that
 * counts them and differs from the one before. This mark makes the difference.
 */
export function markRepeated(state: object): object {
  return { ...state, [MARK]: true }
}

/** A state as its stream wrote it. */
export function withoutMark(state: Record<string, unknown>): Record<string, unknown> {
  const { [MARK]: _, ...rest } = state
  return rest
}

const MARK = '_repeated'
