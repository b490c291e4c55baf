/** What `start` prints once it listens: in the demo, everything needed to send the first message by copy and paste. */
export function banner({ url, file, demoKey }: { url: string; file: string | null; demoKey: string | null }): string {
  if (demoKey === null) return `Heliograph listens on ${url}${file === null ? '' : ` (${file})`}\n`
  return `
  Heliograph listens on ${url}
  Demo: no configuration file was given, so a simulated carrier delivers everything.

  API key   ${demoKey}
  API docs  ${url}/docs

  Send a message:
    curl ${url}/messaging/v1/sms -H 'apikey: ${demoKey}' -H 'Content-Type: application/json' \\
      -d '{"to":"${DEMO_RECIPIENT}","from":"Heliograph","message":"Hello"}'

  See what became of it (requestId is in the answer):
    curl ${url}/messaging/v1/messages/REQUEST_ID -H 'apikey: ${demoKey}'

  See it on the phone:
    curl ${url}/sim/v1/handsets/${encodeURIComponent(DEMO_RECIPIENT)}/messages

`
}

const DEMO_RECIPIENT = '+4915112345678'
