import { table } from '../fields.ts'

export const messages = table({
  strings: `
    account_sid api_version body direction error_code error_message from messaging_service_sid
    price_unit sid status to uri`,
  times: 'date_created date_sent date_updated',
  integers: 'num_media num_segments',
  numbers: 'price',
  within: { subresource_uris: table({ strings: 'feedback media' }) },
})

export const messageMedia = table({
  strings: 'sid account_sid parent_sid content_type uri',
  times: 'date_created date_updated',
})
