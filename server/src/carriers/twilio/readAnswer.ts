/** What we read of an answer of the API; null: it is not there, or not of its kind. */
export interface AnswerFields {
  readonly sid: string | null
  readonly status: string | null // of a call; an error's is a number
  readonly endTime: string | null
  /** Twilio's number of an error. */
  readonly code: number | null
}

export function readAnswer(body: string | null): AnswerFields {
  const fields = parseObject(body)
  const text = (name: string) => {
    const value = fields[name]
    return typeof value === 'string' ? value : null
  }
  const { code } = fields
  return {
    sid: text('sid'),
    status: text('status'),
    endTime: text('end_time'),
    code: Number.isInteger(code) ? Number(code) : null,
  }
}

function parseObject(body: string | null): Readonly<Record<string, unknown>> {
  if (body === null) return {}
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // A proxy's page of HTML says as little as an empty answer.
    return {}
  }
}
