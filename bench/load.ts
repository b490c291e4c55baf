import { checkRequest, otpIdOf, otpRequest, smsRequest, type Target } from './requests.ts'
import { type LoadResult, type RequestPlan, sendRequests } from './sendRequests.ts'
import { serveParent } from './serveParent.ts'

export interface LoadOrder extends Target {
  /** Checks are of the OTPs that were sent last. */
  readonly load: 'sms' | 'otp' | 'right check' | 'wrong check'
  readonly messages: number
  readonly connections: number
  /** Where receipts are called back; null: nobody asks for one. */
  readonly callbackPort: number | null
}

/** The load generator in a process of its own. */
const commands = {
  async send(order: LoadOrder): Promise<LoadResult> {
    const { port, connections } = order
    return sendRequests({ port, connections, ...planOf(order) })
  },
}
export type LoadCommands = typeof commands

serveParent(commands, async () => {})

/** By the sequence numbers of the requests that made them. */
const otpIds: string[] = []

function planOf(order: LoadOrder): Omit<RequestPlan, 'port' | 'connections'> {
  const { messages, callbackPort } = order
  switch (order.load) {
    case 'sms':
      return {
        requests: messages,
        acceptedStatus: 200,
        requestOf: (sequence) => smsRequest(order, sequence, callbackPort),
      }
    case 'otp':
      otpIds.length = 0
      return {
        requests: messages,
        acceptedStatus: 200,
        requestOf: (sequence) => otpRequest(order, sequence),
        keep: (sequence, body) => {
          otpIds[sequence] = otpIdOf(body)
        },
      }
    case 'right check':
      return { acceptedStatus: 202, ...checksOf(order, true) }
    case 'wrong check':
      return { acceptedStatus: 401, ...checksOf(order, false) }
  }
}

/** One of each OTP. Those whose sending was refused cannot be found, and are refused here as well. */
function checksOf(order: LoadOrder, right: boolean): Pick<RequestPlan, 'requests' | 'requestOf'> {
  return {
    requests: Math.min(order.messages, otpIds.length),
    requestOf: (sequence) => checkRequest(order, sequence, { id: otpIds[sequence] ?? 'none', right }),
  }
}
