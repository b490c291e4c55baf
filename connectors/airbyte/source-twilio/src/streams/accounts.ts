import * as schemas from '../schemas/accounts.ts'
import { type List, path, type StreamDeclaration, subresource } from './declaration.ts'

/** The account whose credentials are used, and its subaccounts. */
export const accountsList: List = {
  host: 'api',
  place: path('/2010-04-01/Accounts.json'),
  dataField: 'accounts',
  pageSize: 1000,
  recordKey: ['sid'],
  under: null,
  windows: null,
}

/** A list that every account has one of, as most of the API of 2010 is. */
export const accountList = {
  host: 'api',
  pageSize: 1000,
  recordKey: ['sid'],
  under: { list: accountsList, key: 'account_sid' },
  windows: null,
} as const satisfies Partial<List>

const wholes = { primaryKey: ['sid'], cursorField: null, children: null } as const

const addressesList: List = { ...accountList, place: subresource('addresses'), dataField: 'addresses' }

export const accountStreams: readonly StreamDeclaration[] = [
  { ...wholes, name: 'accounts', fields: schemas.accounts, list: accountsList, secretFields: ['auth_token'] },
  { ...wholes, name: 'addresses', fields: schemas.addresses, list: addressesList },
  {
    ...wholes,
    name: 'dependent_phone_numbers',
    fields: schemas.dependentPhoneNumbers,
    list: addressesList,
    children: {
      host: 'api',
      place: path('/2010-04-01/Accounts/{account_sid}/Addresses/{sid}/DependentPhoneNumbers.json'),
      dataField: 'dependent_phone_numbers',
      pageSize: 1000,
      recordKey: ['sid'],
    },
  },
  {
    ...wholes,
    name: 'applications',
    fields: schemas.applications,
    list: { ...accountList, place: subresource('applications'), dataField: 'applications' },
  },
  {
    ...wholes,
    name: 'keys',
    fields: schemas.keys,
    list: { ...accountList, place: subresource('keys'), dataField: 'keys' },
  },
]
