import { recipientOf, writeMark, writeText } from './benchMessage.ts'

/** Where requests go, and whom they are for. */
export interface Target {
  readonly run: number
  readonly port: number
  readonly apiKey: string
}

/** `callbackPort`: where the receipt is called back; null: nobody asks for one and the simulator sends none. */
export function smsRequest(target: Target, sequence: number, callbackPort: number | null): string {
  const mark = writeMark({ run: target.run, sequence, sentAt: Date.now() })
  const to = recipientOf(target.run, sequence, callbackPort !== null)
  const callback = callbackPort === null ? '' : `,"callbackUrl":"http://127.0.0.1:${callbackPort}/receipts?${mark}"`
  const body = `{"to":"${to}","from":"Heliograph","message":"${writeText(mark)}"${callback}}`
  return postRequest(target, '/messaging/v1/sms', body)
}

/** The code is said by the caller, so that it is known when it is to be checked. */
export function otpRequest(target: Target, sequence: number): string {
  const mark = writeMark({ run: target.run, sequence, sentAt: Date.now() })
  const number = recipientOf(target.run, sequence, false)
  const body = `{"number":"${number}","otpCode":"${codeOf(sequence)}","text":"Your code is {{OTP}}. Session ${mark}"}`
  return postRequest(target, '/2fa/v1/otp', body)
}

/** A check of the OTP that was sent with this sequence number. */
export function checkRequest(target: Target, sequence: number, { id, right }: { id: string; right: boolean }): string {
  const code = codeOf(right ? sequence : sequence + 1)
  return postRequest(target, `/2fa/v1/otp/${id}/check?otpCode=${code}`, '')
}

/** Of the answer to `otpRequest`. */
export function otpIdOf(body: Buffer): string {
  const start = body.indexOf(ID_START) + ID_START.length
  return body.toString('latin1', start, start + UUID_CHARACTERS)
}

const ID_START = '"otpId":"'
const UUID_CHARACTERS = 36

function codeOf(sequence: number): string {
  return String(sequence).padStart(6, '0')
}

function postRequest({ port, apiKey }: Target, path: string, body: string): string {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\napikey: ${apiKey}\r\n`
  const type = body === '' ? '' : 'Content-Type: application/json\r\n'
  return `${head}${type}Content-Length: ${body.length}\r\n\r\n${body}`
}
