import type { TwilioCarrierConfig } from './config.ts'
import { createVoices } from './voices.ts'

/** A carrier's configuration with nothing left to default. */
export type TwilioSettings = ReturnType<typeof twilioSettings>

export function twilioSettings(config: TwilioCarrierConfig) {
  const baseUrl = (config.baseUrl ?? 'https://api.twilio.com').replace(/\/+$/, '')
  return {
    id: config.id,
    accountSid: config.accountSid,
    authToken: config.authToken,
    from: config.from,
    baseUrl,
    throughput: config.throughput ?? 1,
    concurrency: config.concurrency ?? 10,
    ringSeconds: config.ringSeconds ?? 30,
    voices: createVoices(config.voices ?? []),
    onDoubt: config.onDoubt ?? 'hold',
    requestTimeoutMs: config.requestTimeoutMs ?? 10_000,
    probeMs: config.probeMs ?? 60_000,
    reconnectMsMin: config.reconnectMsMin ?? 500,
    reconnectMsMax: config.reconnectMsMax ?? 30_000,
  }
}
