import type { WhatsAppCarrierConfig } from './config.ts'

/** A carrier's configuration with nothing left to default. */
export type WhatsAppSettings = ReturnType<typeof whatsAppSettings>

export function whatsAppSettings(config: WhatsAppCarrierConfig) {
  return {
    id: config.id,
    phoneNumberId: config.phoneNumberId,
    number: config.number,
    accessToken: config.accessToken,
    appSecret: config.appSecret,
    verifyToken: config.verifyToken,
    baseUrl: (config.baseUrl ?? 'https://graph.facebook.com').replace(/\/+$/, ''),
    apiVersion: config.apiVersion ?? 'v23.0',
    mediaHosts: config.mediaHosts ?? ['lookaside.fbsbx.com'],
    templateLanguage: config.templateLanguage ?? 'en',
    throughput: config.throughput ?? 80,
    concurrency: config.concurrency ?? 50,
    onDoubt: config.onDoubt ?? 'hold',
    requestTimeoutMs: config.requestTimeoutMs ?? 20_000,
    mediaTimeoutMs: config.mediaTimeoutMs ?? 120_000,
    mediaBytesMax: config.mediaBytesMax ?? 16_777_216,
    probeMs: config.probeMs ?? 60_000,
    reconnectMsMin: config.reconnectMsMin ?? 500,
    reconnectMsMax: config.reconnectMsMax ?? 30_000,
  }
}
