import { asciiJson } from './asciiJson.ts'

/** What Twilio says instead of records, in the form of its error bodies. */
export class TwilioError extends Error {
  readonly status: number
  /** Of Twilio's error dictionary. */
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  get body(): string {
    const { status, code, message } = this
    return asciiJson({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
  }
}

export function notFound(path: string): TwilioError {
  return new TwilioError(404, 20404, `The requested resource ${path} was not found`)
}

export function invalidParameter(message: string): TwilioError {
  return new TwilioError(400, 20001, message)
}

/** Wrong credentials, and right ones where they do not reach. */
export function notAuthenticated(): TwilioError {
  return new TwilioError(401, 20003, 'Authenticate')
}
