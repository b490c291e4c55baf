import { randomInt } from 'node:crypto'

/** Asks a webhook, as Meta does before it uses one, to repeat a number to whoever knows the token. */
export async function verifyWebhook(webhookUrl: string, verifyToken: string): Promise<boolean> {
  const challenge = String(randomInt(1_000_000_000))
  const url = new URL(webhookUrl)
  url.searchParams.set('hub.mode', 'subscribe')
  url.searchParams.set('hub.challenge', challenge)
  url.searchParams.set('hub.verify_token', verifyToken)
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return response.status === 200 && (await response.text()) === challenge
  } catch {
    // Nobody there, or too slow.
    return false
  }
}

const TIMEOUT_MS = 5_000
