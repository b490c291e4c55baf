import type { ShownCallbackSettings } from '../../callbacks/callbackSettings.ts'
import type { ShownMediaCredentials } from '../../callbacks/mediaCredentials.ts'
import type { NumberedChannel } from './channelNumbers.ts'
import type { AccountConfiguration, Callback, ChannelConfiguration } from './configurationSchema.ts'

export function renderAccount(
  settings: ShownCallbackSettings | null,
  credentials: ShownMediaCredentials | null,
): AccountConfiguration {
  return {
    scopes: [...ACCOUNT_SCOPES],
    callback: renderCallback(settings),
    config: credentials === null ? {} : { mediaCredentials: renderCredentials(credentials) },
  }
}

/** A key may do all of it, or none. */
const ACCOUNT_SCOPES = [
  'channels:read',
  'callbacks:read',
  'callbacks:write',
  'credentials:read',
  'credentials:write',
  'media:read',
  'media:write',
] as const

export function renderChannel(
  { channel, number }: { channel: NumberedChannel; number: string },
  settings: ShownCallbackSettings | null,
): ChannelConfiguration {
  return {
    channel,
    scopes: [...CHANNEL_SCOPES],
    id: { phoneNumber: number },
    callback: renderCallback(settings),
  }
}

const CHANNEL_SCOPES = ['messages:read', 'messages:write', 'callbacks:read', 'callbacks:write'] as const

/** Only what is said. */
function renderCallback(settings: ShownCallbackSettings | null): Callback {
  if (settings === null) return {}
  const { callbackVersion, inboundMessageUrl, messageStatusUrl, eventFilter, signature, header } = settings
  return {
    ...(callbackVersion === null ? {} : { callbackVersion }),
    ...(inboundMessageUrl === null ? {} : { inboundMessageUrl }),
    ...(messageStatusUrl === null ? {} : { messageStatusUrl }),
    ...(eventFilter === null ? {} : { eventFilter: [...eventFilter] }),
    ...(signature === null ? {} : { signature: { method: signature.method } }),
    ...(header === null ? {} : { header: { key: header.key } }),
  }
}

type RenderedCredentials = NonNullable<AccountConfiguration['config']['mediaCredentials']>

function renderCredentials(credentials: ShownMediaCredentials): RenderedCredentials {
  switch (credentials.kind) {
    case 'basic':
      return { type: 'basic', basic: { username: credentials.username } }
    case 'oauth2':
      return { type: 'oauth2', oauth2: { clientId: credentials.clientId, url: credentials.url } }
  }
}
