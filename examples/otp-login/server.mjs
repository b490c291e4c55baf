// Logs people in by a code to their phone, see README.md. Needs Node 20 and nothing else.
import { createServer } from 'node:http'

const { HELIOGRAPH_URL = 'http://127.0.0.1:8080', HELIOGRAPH_KEY = '', PORT = '3000' } = process.env
const ASK_NUMBER =
  '<form method="post" action="/number"><input name="number" type="tel"><button>Send a code</button></form>'
const ASK_CODE =
  '<form method="post" action="/code"><input name="code" autocomplete="one-time-code"><button>Log in</button></form>'

async function post(path, parameters) {
  const url = `${HELIOGRAPH_URL}/2fa/v1/otp${path}?${new URLSearchParams(parameters)}`
  const answer = await fetch(url, { method: 'POST', headers: { apikey: HELIOGRAPH_KEY } })
  return { status: answer.status, otp: await answer.json() }
}

async function answer(request, response) {
  let form = ''
  for await (const part of request) {
    form += part
    if (form.length > 1_000) return request.destroy()
  }
  const { number = '', code = '' } = Object.fromEntries(new URLSearchParams(form))
  const otpId = /(?:^|; )otp=([0-9a-f-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  const show = (text) =>
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><p>${text}</p>`)

  if (request.method === 'POST' && request.url === '/number') {
    const { status, otp } = await post('', { number })
    if (status !== 200) return show(`That did not work: ${otp.message.replaceAll('<', '&lt;')} ${ASK_NUMBER}`)
    response.setHeader('set-cookie', `otp=${otp.otpId}; Path=/; HttpOnly; SameSite=Strict`)
    return show(`We have sent a code to ${otp.number}. ${ASK_CODE}`)
  }
  if (request.method === 'POST' && request.url === '/code' && otpId) {
    const { status, otp } = await post(`/${otpId}/check`, { otpCode: code })
    // Who has the number that was verified is what Heliograph says, not the browser. Start your session here.
    if (status === 202) return show(`Welcome, ${otp.number}`)
    return show(otp.otpStatus === 'ACTIVE' ? `That is not the code. ${ASK_CODE}` : `The code is over. ${ASK_NUMBER}`)
  }
  show(`Your number, please. ${ASK_NUMBER}`)
}

const server = createServer((request, response) => answer(request, response).catch(() => response.writeHead(502).end()))
server.listen(Number(PORT), '127.0.0.1', () => console.log(`Log in at http://127.0.0.1:${server.address().port}`))
