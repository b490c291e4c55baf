import type { Clock } from '@heliograph/smpp/clock'

/**
 * A Twilio to read from. All of Twilio's hosts are below one origin, each by a path prefix of its name:
 *
 * | at Twilio | here |
 * | --- | --- |
 * | `https://api.twilio.com/2010-04-01/Accounts.json` | `{url}/api/2010-04-01/Accounts.json` |
 * | `https://monitor.twilio.com/v1/Alerts` | `{url}/monitor/v1/Alerts` |
 * | `https://NAME.twilio.com/REST` | `{url}/NAME/REST`, NAME being one of api, monitor, conversations, studio, trunking, verify, chat, pricing |
 *
 * Relative addresses in bodies (`uri`, `next_page_uri`, `subresource_uris`) are Twilio's own, without the prefix: they
 * start with `/2010-04-01/` and stand below `{url}/api`. Absolute ones (`url`, `links`, `meta.next_page_url`) have origin
 * and prefix in them and are asked as they are.
 */
export declare function startFakeTwilio(options?: FakeTwilioOptions): Promise<FakeTwilio>

export interface FakeTwilioOptions {
  /** The same seed makes the same records; default 1. */
  readonly seed?: number
  readonly clock?: Clock
}

export interface FakeTwilio {
  /** The origin, `http://127.0.0.1:PORT`. */
  readonly url: string
  close(): Promise<void>
}
