import { rfc2822 } from '../dates.ts'
import { objectWriter, phoneNumber, pick, rfc2822Dates, uriOf } from '../made.ts'
import type { Resource } from '../resource.ts'

/** Lists below an account that its record has links to: key and the end of the path. */
const subresources = {
  addresses: 'Addresses',
  applications: 'Applications',
  authorized_connect_apps: 'AuthorizedConnectApps',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  connect_apps: 'ConnectApps',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  notifications: 'Notifications',
  outgoing_caller_ids: 'OutgoingCallerIds',
  queues: 'Queues',
  recordings: 'Recordings',
  short_codes: 'SMS/ShortCodes',
  signing_keys: 'SigningKeys',
  sip: 'SIP',
  transcriptions: 'Transcriptions',
  usage: 'Usage',
}

/**
 * The account asked with and, where that is the main account, those that it owns. Its place is the account asked with;
 * which accounts those are is in `ids`.
 */
export const accounts: Resource = {
  name: 'accounts',
  host: 'api',
  path: '/2010-04-01/Accounts.json',
  key: 'accounts',
  pageSizeMax: 1000,
  sidPrefix: 'AC',
  ids: ({ world, account }) => (account.index === 0 ? world.accounts.map(({ sid }) => sid) : [account.sid]),
  timeline: ({ world, account }) => {
    const shown = account.index === 0 ? world.accounts : [account]
    return { count: shown.length, second: (index) => (shown[index] ?? account).createdAtSecond }
  },
  equals: { FriendlyName: 'friendly_name', Status: 'status' },
  writer: ({ world, id }) =>
    objectWriter((index) => {
      const sid = id(index)
      const account = world.accounts.find((candidate) => candidate.sid === sid)
      if (account === undefined) return {}
      const path = `/2010-04-01/Accounts/${sid}`
      const links = Object.entries(subresources).filter(([key]) => !account.subresourcesLeftOut.includes(key))
      return {
        auth_token: account.authToken,
        date_created: rfc2822(account.createdAtSecond),
        date_updated: rfc2822(account.createdAtSecond + 3600),
        friendly_name: account.friendlyName,
        owner_account_sid: world.accounts[0]?.sid ?? sid,
        sid,
        status: account.status,
        subresource_uris: Object.fromEntries(links.map(([key, end]) => [key, `${path}/${end}.json`])),
        type: 'Full',
        uri: `${path}.json`,
      }
    }),
}

export const addresses: Resource = {
  name: 'addresses',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Addresses.json',
  key: 'addresses',
  pageSizeMax: 1000,
  sidPrefix: 'AD',
  equals: { CustomerName: 'customer_name', FriendlyName: 'friendly_name', IsoCountry: 'iso_country' },
  writer: (collection) =>
    objectWriter((index) => {
      const hash = collection.hash(index)
      const place = pick(places, hash)
      return {
        account_sid: collection.account.sid,
        city: place.city,
        customer_name: `Customer ${index + 1}`,
        ...rfc2822Dates(collection, index),
        friendly_name: hash % 3 === 0 ? null : `Office ${index + 1}`,
        iso_country: place.country,
        postal_code: place.postalCode,
        region: place.region,
        sid: collection.id(index),
        street: `${1 + (hash % 200)} Main Street`,
        street_secondary: hash % 2 === 0 ? null : `Suite ${hash % 50}`,
        emergency_enabled: false,
        validated: hash % 5 !== 0,
        verified: hash % 4 === 0,
        uri: uriOf(collection, index),
      }
    }),
}

const places = [
  { city: 'Springfield', region: 'IL', postalCode: '62701', country: 'US' },
  { city: 'München', region: 'BY', postalCode: '80331', country: 'DE' },
  { city: 'Łódź', region: 'Łódzkie', postalCode: '90-001', country: 'PL' },
] as const

export const applications: Resource = {
  name: 'applications',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Applications.json',
  key: 'applications',
  pageSizeMax: 1000,
  sidPrefix: 'AP',
  equals: { FriendlyName: 'friendly_name' },
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      api_version: '2010-04-01',
      ...rfc2822Dates(collection, index),
      friendly_name: `Application ${index + 1}`,
      message_status_callback: null,
      sid: collection.id(index),
      sms_fallback_method: 'POST',
      sms_fallback_url: null,
      sms_method: 'POST',
      sms_status_callback: null,
      sms_url: 'https://app.example/sms',
      status_callback: null,
      status_callback_method: 'POST',
      uri: uriOf(collection, index),
      voice_caller_id_lookup: false,
      voice_fallback_method: 'POST',
      voice_fallback_url: null,
      voice_method: 'GET',
      voice_url: 'https://app.example/voice',
      public_application_connect_enabled: false,
    })),
}

/** Keys show their sids and names, never their secrets. */
export const keys: Resource = {
  name: 'keys',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Keys.json',
  key: 'keys',
  pageSizeMax: 1000,
  sidPrefix: 'SK',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      friendly_name: `Key ${index + 1}`,
      ...rfc2822Dates(collection, index),
    })),
}

export const outgoingCallerIds: Resource = {
  name: 'outgoing_caller_ids',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/OutgoingCallerIds.json',
  key: 'outgoing_caller_ids',
  pageSizeMax: 1000,
  sidPrefix: 'PN',
  equals: { PhoneNumber: 'phone_number', FriendlyName: 'friendly_name' },
  writer: (collection) =>
    objectWriter((index) => {
      const number = phoneNumber(collection.hash(index))
      return {
        sid: collection.id(index),
        ...rfc2822Dates(collection, index),
        friendly_name: number,
        account_sid: collection.account.sid,
        phone_number: number,
        uri: uriOf(collection, index),
      }
    }),
}
