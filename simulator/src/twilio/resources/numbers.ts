import type { Place } from '../collection.ts'
import { objectWriter, phoneNumber, pick, rfc2822Dates, uriOf } from '../made.ts'
import type { Resource } from '../resource.ts'
import { notFound } from '../twilioError.ts'

const capabilities = { voice: true, sms: true, mms: true, fax: false }

const numberSettings = {
  voice_url: 'https://app.example/voice',
  voice_method: 'POST',
  voice_fallback_method: 'POST',
  voice_fallback_url: null,
  voice_caller_id_lookup: false,
  sms_fallback_method: 'POST',
  sms_fallback_url: null,
  sms_method: 'POST',
  sms_url: 'https://app.example/sms',
  status_callback: null,
  status_callback_method: 'POST',
  api_version: '2010-04-01',
  sms_application_sid: null,
  voice_application_sid: null,
  trunk_sid: null,
  emergency_status: 'Inactive',
  emergency_address_sid: null,
}

export const incomingPhoneNumbers: Resource = {
  name: 'incoming_phone_numbers',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json',
  key: 'incoming_phone_numbers',
  pageSizeMax: 1000,
  sidPrefix: 'PN',
  equals: { FriendlyName: 'friendly_name', PhoneNumber: 'phone_number', Origin: 'origin' },
  writer: (collection) =>
    objectWriter((index) => {
      const number = phoneNumber(collection.hash(index))
      const uri = uriOf(collection, index)
      return {
        sid: collection.id(index),
        account_sid: collection.account.sid,
        friendly_name: number,
        phone_number: number,
        ...rfc2822Dates(collection, index),
        ...numberSettings,
        address_sid: null,
        address_requirements: 'none',
        beta: false,
        bundle_sid: null,
        capabilities,
        emergency_address_status: 'unregistered',
        identity_sid: null,
        origin: 'twilio',
        status: 'in-use',
        type: 'local',
        voice_receive_mode: 'voice',
        uri,
        subresource_uris: { assigned_add_ons: uri.replace('.json', '/AssignedAddOns.json') },
      }
    }),
}

export const dependentPhoneNumbers: Resource = {
  name: 'dependent_phone_numbers',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Addresses/{addresses}/DependentPhoneNumbers.json',
  key: 'dependent_phone_numbers',
  pageSizeMax: 1000,
  sidPrefix: 'PN',
  writer: (collection) =>
    objectWriter((index) => {
      const number = phoneNumber(collection.hash(index))
      const sid = collection.id(index)
      return {
        sid,
        account_sid: collection.account.sid,
        friendly_name: number,
        phone_number: number,
        ...rfc2822Dates(collection, index),
        ...numberSettings,
        address_requirements: 'local',
        capabilities,
        uri: `/2010-04-01/Accounts/${collection.account.sid}/IncomingPhoneNumbers/${sid}.json`,
      }
    }),
}

/**
 * Countries and the kinds of numbers that they have links to. Of those without any in `without` there are none: the
 * link leads to a 404, as Twilio's do in some countries.
 */
const countries = [
  { code: 'US', name: 'United States', kinds: ['Local', 'TollFree'], without: [] },
  { code: 'GB', name: 'United Kingdom', kinds: ['Local', 'Mobile', 'TollFree'], without: [] },
  { code: 'DE', name: 'Germany', kinds: ['Local', 'Mobile'], without: [] },
  { code: 'BE', name: 'Belgium', kinds: ['Local', 'Mobile'], without: ['Local'] },
  { code: 'AR', name: 'Argentina', kinds: ['Local', 'Mobile', 'TollFree'], without: ['Mobile'] },
  { code: 'CI', name: 'Côte d’Ivoire', kinds: [], without: [] },
] as const satisfies readonly {
  code: string
  name: string
  kinds: readonly NumberKind[]
  without: readonly NumberKind[]
}[]

type NumberKind = 'Local' | 'Mobile' | 'TollFree'

const subresourceKeys = { Local: 'local', Mobile: 'mobile', TollFree: 'toll_free' } as const

/** Countries have no dates; all came with the account. */
const atOnce = (place: Place, count: number) => ({ count, second: () => place.account.createdAtSecond })

export const availablePhoneNumberCountries: Resource = {
  name: 'available_phone_number_countries',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/AvailablePhoneNumbers.json',
  key: 'countries',
  pageSizeMax: 1000,
  sidPrefix: '',
  ids: () => countries.map(({ code }) => code),
  timeline: (place) => atOnce(place, countries.length),
  writer: (collection) => {
    const path = collection.path.slice(0, -'.json'.length)
    return objectWriter((index) => {
      const { code, name, kinds } = countries[index] ?? countries[0]
      const links = kinds.map((kind) => [subresourceKeys[kind], `${path}/${code}/${kind}.json`])
      return {
        country_code: code,
        country: name,
        uri: `${path}/${code}.json`,
        beta: code === 'AR',
        subresource_uris: Object.fromEntries(links),
      }
    })
  },
}

export const availablePhoneNumbersLocal = availableNumbers('Local')
export const availablePhoneNumbersMobile = availableNumbers('Mobile')
export const availablePhoneNumbersTollFree = availableNumbers('TollFree')

function availableNumbers(kind: NumberKind): Resource {
  const name = `available_phone_numbers_${subresourceKeys[kind]}`
  return {
    name,
    host: 'api',
    path: `/2010-04-01/Accounts/{account}/AvailablePhoneNumbers/{available_phone_number_countries}/${kind}.json`,
    key: 'available_phone_numbers',
    pageSizeMax: 1000,
    sidPrefix: '',
    timeline: (place) => atOnce(place, place.account.sizes[name] ?? 0),
    equals: { InRegion: 'region', InLocality: 'locality', InPostalCode: 'postal_code' },
    refuse: (collection) => {
      const code = collection.parents[0]?.id
      const country = countries.find((candidate) => candidate.code === code)
      const kinds: readonly string[] = country?.kinds ?? []
      const without: readonly string[] = country?.without ?? []
      return kinds.includes(kind) && !without.includes(kind) ? null : notFound(collection.path)
    },
    writer: (collection) =>
      objectWriter((index) => {
        const hash = collection.hash(index)
        const number = phoneNumber(hash)
        const isLocal = kind === 'Local'
        return {
          friendly_name: `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`,
          phone_number: number,
          lata: isLocal ? '358' : null,
          locality: isLocal ? pick(['Springfield', 'Kenney'], hash) : null,
          rate_center: isLocal ? 'KENNEY' : null,
          latitude: isLocal ? 40.0973 : null,
          longitude: isLocal ? -89.0884 : null,
          region: isLocal ? 'IL' : null,
          postal_code: isLocal ? '61749' : null,
          iso_country: collection.parents[0]?.id ?? null,
          address_requirements: 'none',
          beta: hash % 16 === 0,
          capabilities,
        }
      }),
  }
}
