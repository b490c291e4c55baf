import { isoSecond } from '../dates.ts'
import { isoDates, objectWriter, otherSid, pick, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

export const alerts: Resource = {
  name: 'alerts',
  host: 'monitor',
  path: '/v1/Alerts',
  key: 'alerts',
  pageSizeMax: 1000,
  sidPrefix: 'NO',
  retentionDays: () => 30,
  resultsMax: 10_000,
  dates: [
    {
      from: 'StartDate',
      until: 'EndDate',
      untilRule: 'day',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  equals: { LogLevel: 'log_level' },
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      alert_text: `Msg=Attempt+${index}&httpResponse=502`,
      api_version: '2010-04-01',
      ...isoDates(collection, index),
      date_generated: isoSecond(collection.timeline.second(index)),
      error_code: pick(['11200', '30003', '14107'], collection.hash(index)),
      log_level: pick(['error', 'warning', 'notice'], collection.hash(index) >>> 4),
      more_info: 'https://www.twilio.com/docs/api/errors/11200',
      request_method: 'POST',
      request_url: 'https://app.example/sms',
      resource_sid: otherSid('SM', collection, index),
      sid: collection.id(index),
      url: urlOf(collection, index),
      service_sid: null,
    })),
}
