import { table } from '../fields.ts'

const country = { strings: 'country iso_country price_unit url' }
const perNumberType = table({ strings: 'number_type', numbers: 'base_price current_price' })

export const voiceCountries = table({
  ...country,
  listsOf: {
    outbound_prefix_prices: table({
      strings: 'friendly_name',
      numbers: 'base_price current_price',
      lists: 'destination_prefixes origination_prefixes',
    }),
    inbound_call_prices: perNumberType,
  },
})

export const messagingCountries = table({
  ...country,
  listsOf: {
    outbound_sms_prices: table({ strings: 'carrier mcc mnc', listsOf: { prices: perNumberType } }),
    inbound_sms_prices: perNumberType,
  },
})

export const phoneNumberCountries = table({ ...country, listsOf: { phone_number_prices: perNumberType } })
