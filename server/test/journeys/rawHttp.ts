import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * Sends octets as they are, which no HTTP client would, and reads one answer until the server closes or says how long
 * it is. Status 0: the server closed without a word.
 */
export async function rawCall(url: string, request: string | Buffer, timeoutMs = 10_000): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.setTimeout(timeoutMs, () => socket.destroy())
  socket.write(request)
  let received = ''
  socket.setEncoding('utf8').on('data', (text) => {
    received += text
    if (isComplete(received)) socket.destroy()
  })
  await once(socket, 'close')
  const [head = '', body = ''] = received.split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), type: headerOf(head, 'content-type'), body }
}

function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = headerOf(received.slice(0, end), 'content-length')
  return length !== '' && Buffer.byteLength(received.slice(end + 4)) >= Number(length)
}

function headerOf(head: string, name: string): string {
  return new RegExp(`^${name}: *(.*?)\r?$`, 'im').exec(head)?.[1] ?? ''
}
