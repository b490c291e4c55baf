import * as schemas from '../schemas/numbers.ts'
import { accountList } from './accounts.ts'
import { type List, type StreamDeclaration, subresource } from './declaration.ts'

/** The same countries for every account, and nothing in them tells of which. */
const countriesList: List = {
  ...accountList,
  place: subresource('available_phone_numbers'),
  dataField: 'countries',
  recordKey: ['country_code'],
}

const wholes = { cursorField: null, children: null } as const

/** Numbers on offer are others at each request: there is no key by which two syncs could be compared. */
function available(name: string, key: string): StreamDeclaration {
  return {
    name,
    primaryKey: [],
    cursorField: null,
    fields: schemas.availablePhoneNumbers,
    list: countriesList,
    children: {
      host: 'api',
      place: subresource(key),
      dataField: 'available_phone_numbers',
      pageSize: 1000,
      recordKey: ['phone_number'],
    },
  }
}

export const numberStreams: readonly StreamDeclaration[] = [
  {
    ...wholes,
    name: 'incoming_phone_numbers',
    primaryKey: ['sid'],
    fields: schemas.incomingPhoneNumbers,
    list: { ...accountList, place: subresource('incoming_phone_numbers'), dataField: 'incoming_phone_numbers' },
  },
  {
    ...wholes,
    name: 'outgoing_caller_ids',
    primaryKey: ['sid'],
    fields: schemas.outgoingCallerIds,
    list: { ...accountList, place: subresource('outgoing_caller_ids'), dataField: 'outgoing_caller_ids' },
  },
  {
    ...wholes,
    name: 'available_phone_number_countries',
    primaryKey: [],
    fields: schemas.availablePhoneNumberCountries,
    list: countriesList,
  },
  available('available_phone_numbers_local', 'local'),
  available('available_phone_numbers_mobile', 'mobile'),
  available('available_phone_numbers_toll_free', 'toll_free'),
]
