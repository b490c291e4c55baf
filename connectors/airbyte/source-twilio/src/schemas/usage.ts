import { table } from '../fields.ts'

export const usageRecords = table({
  strings: 'category price_unit description usage_unit uri account_sid count_unit api_version',
  times: 'start_date',
  days: 'end_date',
  integers: 'count',
  numbers: 'price usage',
  within: {
    subresource_uris: table({ strings: 'yesterday all_time today yearly this_month monthly daily last_month' }),
  },
})

export const usageTriggers = table({
  strings: `
    usage_record_uri friendly_name uri account_sid callback_method trigger_by sid callback_url recurring
    usage_category api_version`,
  times: 'date_updated date_fired date_created',
  numbers: 'current_value trigger_value',
})
