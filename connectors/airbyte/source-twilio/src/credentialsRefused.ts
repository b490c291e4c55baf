import { ConfigError } from '@heliograph/airbyte-protocol/source'
import type { TwilioConfig } from './config.ts'

/** What to tell the user where Twilio answered 401 or 403 before any list was read. */
export function credentialsRefused(config: TwilioConfig, cause: unknown): ConfigError {
  return new ConfigError(
    config.user.startsWith('SK')
      ? "Twilio refuses these credentials. Check the key's SID and secret. Standard API keys cannot list accounts: with " +
          'one, set sync_subaccounts to false and give the account SID (AC…) and the key (api_key_sid).'
      : 'Twilio refuses these credentials. Check the account SID and the auth token.',
    { cause },
  )
}
