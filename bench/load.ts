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
    const { port, connections, messages: requests } = order
    return sendRequests({ port, connections, requests, ...planOf(order) })
  },
}
export type LoadCommands = typeof commands

serveParent(commands, async () => {})

/** By the sequence numbers of the requests that made them. */
const otpIds: string[] = []

function planOf(order: LoadOrder): Omit<RequestPlan, 'port' | 'connections' | 'requests'> {
  const check = (right: boolean) => (sequence: number) =>
    checkRequest(order, sequence, { id: otpIds[sequence] ?? 'none', right })
  switch (order.load) {
    case 'sms':
      return { acceptedStatus: 200, requestOf: (sequence) => smsRequest(order, sequence, order.callbackPort) }
    case 'otp':
      otpIds.length = 0
      return {
        acceptedStatus: 200,
        requestOf: (sequence) => otpRequest(order, sequence),
        keep: (sequence, body) => {
          otpIds[sequence] = otpIdOf(body)
        },
      }
    case 'right check':
      return { acceptedStatus: 202, requestOf: check(true) }
    case 'wrong check':
      return { acceptedStatus: 401, requestOf: check(false) }
  }
}
