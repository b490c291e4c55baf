// Logs people in by a code to their phone, see README.md. Needs Node 20 and nothing else.
import { createServer } from 'node:http'

const { HELIOGRAPH_URL = 'http://127.0.0.1:8080', HELIOGRAPH_KEY = '', PORT = '3000' } = process.env
const ASK_NUMBER = '<form method="post"><input name="number" type="tel"><button>Send a code</button></form>'
const ASK_CODE = '<form method="post"><input name="code" autocomplete="one-time-code"><button>Log in</button></form>'

async function post(path, parameters) {
  const url = `${HELIOGRAPH_URL}/2fa/v1/otp${path}?${new URLSearchParams(parameters)}`
  const answer = await fetch(url, { method: 'POST', headers: { apikey: HELIOGRAPH_KEY } })
  return { status: answer.status, otp: await answer.json() }
}

async function answer(request, response) {
  let body = ''
  for await (const part of request) body = (body + part).slice(0, 1_000)
  const { number, code } = Object.fromEntries(new URLSearchParams(body))
  const otpId = /(?:^|; )otp=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  const show = (text, form = '') => response.end(`<!doctype html><p>${text.replaceAll('<', '&lt;')} ${form}`)
  response.setHeader('content-type', 'text/html; charset=utf-8')

  if (number !== undefined) {
    const { status, otp } = await post('', { number })
    if (status !== 200) return show(otp.message, ASK_NUMBER)
    response.setHeader('set-cookie', `otp=${otp.otpId}; Path=/; HttpOnly; SameSite=Strict`)
    return show(`We have sent a code to ${otp.number}.`, ASK_CODE)
  }
  if (code === undefined || otpId === undefined) return show('Your number, please.', ASK_NUMBER)
  const { status, otp } = await post(`/${otpId}/check`, { otpCode: code })
  // Who has the number that was verified is what Heliograph says, not the browser. Start your session here.
  if (status === 202) return show(`Welcome, ${otp.number}`)
  if (otp.otpStatus === 'ACTIVE') return show('That is not the code.', ASK_CODE)
  if ([400, 429, 503].includes(status)) return show(otp.message, ASK_CODE)
  show('The code is over.', ASK_NUMBER)
}

const server = createServer((request, response) => answer(request, response).catch(() => response.writeHead(502).end()))
server.listen(Number(PORT), '127.0.0.1', () => console.log(`Log in at http://127.0.0.1:${server.address().port}`))
