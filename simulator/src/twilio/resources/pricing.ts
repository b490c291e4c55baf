import type { Collection } from '../collection.ts'
import { objectWriter } from '../made.ts'
import type { Resource } from '../resource.ts'

const countries = [
  { code: 'DE', name: 'Germany', cents: 9 },
  { code: 'FR', name: 'France', cents: 8 },
  { code: 'GB', name: 'United Kingdom', cents: 5 },
  { code: 'US', name: 'United States', cents: 1 },
] as const

export const voicePricingCountries = prices('voice_pricing_countries', '/v2/Voice/Countries', (price) => ({
  outbound_prefix_prices: [
    { ...price, destination_prefixes: ['1'], origination_prefixes: ['ALL'], friendly_name: 'Programmable Outbound' },
  ],
  inbound_call_prices: [{ ...price, number_type: 'local' }],
}))

export const messagingPricingCountries = prices('messaging_pricing_countries', '/v1/Messaging/Countries', (price) => ({
  outbound_sms_prices: [
    { carrier: 'ATT', mcc: '310', mnc: '410', prices: [{ ...price, number_type: 'mobile' }] },
    { carrier: 'Other', mcc: '310', mnc: '000', prices: [{ ...price, number_type: 'mobile' }] },
  ],
  inbound_sms_prices: [{ ...price, number_type: 'local' }],
}))

/** The record of the last country says no code, as some of Twilio's do. */
export const phoneNumberPricingCountries = prices(
  'phone_number_pricing_countries',
  '/v1/PhoneNumbers/Countries',
  (price, isLast) => ({
    ...(isLast ? { iso_country: null } : {}),
    phone_number_prices: [{ ...price, number_type: 'local' }],
  }),
)

interface Price {
  readonly base_price: string
  readonly current_price: string
}

function prices(name: string, path: string, pricesOf: (price: Price, isLast: boolean) => object): Resource {
  const country = ({ world }: Collection, index: number) => {
    const { code, name: countryName } = countries[index] ?? countries[0]
    return { country: countryName, iso_country: code, url: `${world.origin}/pricing${path}/${code}` }
  }
  return {
    name,
    host: 'pricing',
    path,
    key: 'countries',
    pageSizeMax: 1000,
    sidPrefix: '',
    ids: () => countries.map(({ code }) => code),
    timeline: ({ account }) => ({ count: countries.length, second: () => account.createdAtSecond }),
    writer: (collection) => objectWriter((index) => country(collection, index)),
    detail: (collection) =>
      objectWriter((index) => {
        const price = `0.0${(countries[index] ?? countries[0]).cents}00`
        const isLast = index === countries.length - 1
        return {
          ...country(collection, index),
          price_unit: 'USD',
          ...pricesOf({ base_price: price, current_price: price }, isLast),
        }
      }),
  }
}
