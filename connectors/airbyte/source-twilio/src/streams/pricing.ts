import type { Fields } from '../fields.ts'
import * as schemas from '../schemas/pricing.ts'
import { path, type StreamDeclaration } from './declaration.ts'

/** The list names the countries; the prices are in the answer about each. */
function prices(name: string, countriesPath: string, fields: Fields): StreamDeclaration {
  return {
    name,
    primaryKey: ['iso_country'],
    cursorField: null,
    fields,
    list: {
      host: 'pricing',
      place: path(countriesPath),
      dataField: 'countries',
      pageSize: 1000,
      recordKey: ['iso_country'],
      under: null,
      windows: null,
    },
    children: {
      host: 'pricing',
      place: path(`${countriesPath}/{iso_country}`),
      dataField: null,
      pageSize: 1,
      recordKey: null,
      requiredField: 'iso_country',
    },
  }
}

export const pricingStreams: readonly StreamDeclaration[] = [
  prices('voice_pricing_countries', '/v2/Voice/Countries', schemas.voiceCountries),
  prices('messaging_pricing_countries', '/v1/Messaging/Countries', schemas.messagingCountries),
  prices('phone_number_pricing_countries', '/v1/PhoneNumbers/Countries', schemas.phoneNumberCountries),
]
