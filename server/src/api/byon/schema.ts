import { type Static, Type } from 'typebox'

/** The wire of the vendor's BYON API ("bring your own number") v1; its names stay in this folder. */

const text = (description: string, maxLength: number) => Type.String({ description, maxLength })

const ContactBody = {
  companyName: text('The company that owns the numbers', 200),
  contactName: text('A person there', 200),
  contactEmail: text('Where the letter of authorization goes', 254),
  contactPhone: text('International: with +, 00 or plain digits', 32),
  companyAddress: Type.Optional(text('Postal address', 500)),
  contactTitle: Type.Optional(text('The person’s role', 200)),
  friendlyName: Type.Optional(text('Your own name for the contact; a list can be filtered by it', 200)),
}
export const CreateContactBody = Type.Object(ContactBody)
/** All that is left out stays as it is. */
export const EditContactBody = Type.Partial(CreateContactBody)
export type EditContactBody = Static<typeof EditContactBody>

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()])
const milliseconds = (description: string) => Type.Integer({ description: `${description}, epoch milliseconds` })

export const ContactAnswer = Type.Object({
  accountId: Type.String(),
  contactId: Type.String({ description: '32 hex digits' }),
  friendlyName: nullable('Your own name for the contact'),
  companyName: Type.String(),
  companyAddress: nullable('Postal address'),
  contactName: Type.String(),
  contactEmail: Type.String(),
  contactPhone: Type.String({ description: 'International, with +' }),
  contactTitle: nullable('The person’s role'),
  dateCreated: milliseconds('When it was created'),
  dateUpdated: milliseconds('When it last changed'),
  timestampCreated: Type.String({ description: 'dateCreated in ISO 8601' }),
  timestampUpdated: Type.String({ description: 'dateUpdated in ISO 8601' }),
})
export type ContactAnswer = Static<typeof ContactAnswer>

const size = Type.Integer({ description: 'How many entries this answer has' })
export const ContactsAnswer = Type.Object({ contacts: Type.Array(ContactAnswer), size })

/** Wanted numbers of one request. */
export const NUMBERS_MAX = 3_000

export const ProvisioningBody = Type.Array(
  Type.Object({
    phoneNumber: text('International, or with a country as it is dialled there', 32),
    country: Type.Optional(text('ISO 3166-1 alpha-2; needed where the number is not international', 2)),
  }),
  { minItems: 1, maxItems: NUMBERS_MAX },
)
export type ProvisioningBody = Static<typeof ProvisioningBody>

export const ProvisioningAnswer = Type.Object({
  accountId: Type.String(),
  contactId: Type.String(),
  requestId: Type.String({ description: '32 hex digits' }),
  friendlyName: nullable('Your own name for the request'),
  status: Type.String({ description: 'LOA_PENDING, LOA_READY, PROVISIONED, REJECTED or DEPROVISIONED' }),
  dateProvisioningRequest: milliseconds('When it was made'),
  dateProvisioningUpdated: milliseconds('When it last changed'),
  dateProvisioningCompleted: Type.Integer({ description: 'When it was decided, epoch milliseconds; 0: it is not' }),
  loaId: Type.String({ description: 'The letter of authorization' }),
  loaStatus: Type.String({ description: 'sent, or Completed once it is signed' }),
})
export type ProvisioningAnswer = Static<typeof ProvisioningAnswer>
export const ProvisioningsAnswer = Type.Object({ provisioningRequests: Type.Array(ProvisioningAnswer), size })

const PhoneBookEntry = Type.Object({
  phoneNumber: Type.String({ description: 'International, with +' }),
  country: nullable('ISO 3166-1 alpha-2; null: of no country'),
  ...ProvisioningAnswer.properties,
})
export type PhoneBookEntry = Static<typeof PhoneBookEntry>
/** The vendor lists numbers under the name of requests, and published clients read them there. */
export const PhoneBookAnswer = Type.Object({ provisioningRequests: Type.Array(PhoneBookEntry), size })

/** Entries of a page: as many as a client that never asks for a second page may want. */
export const PAGE_SIZE_MAX = 3_000
const PAGE_NUMBER_MAX = 1_000_000

const paging = {
  page: Type.Integer({ minimum: 0, maximum: PAGE_NUMBER_MAX, default: 0, description: 'From 0' }),
  size: Type.Integer({
    minimum: 1,
    maximum: PAGE_SIZE_MAX,
    default: PAGE_SIZE_MAX,
    description: 'Entries of a page; a shorter page is the last',
  }),
}
const exactly = (what: string, maxLength: number) => Type.Optional(text(`Only with exactly this ${what}`, maxLength))

export const ContactsQuery = Type.Object({ friendlyName: exactly('name', 200), ...paging })
export type ContactsQuery = Static<typeof ContactsQuery>
export const ProvisioningsQuery = Type.Object({
  friendlyName: exactly('name', 200),
  contactId: exactly('contact', 64),
  ...paging,
})
export type ProvisioningsQuery = Static<typeof ProvisioningsQuery>
export const PhoneBookQuery = Type.Object({
  requestId: exactly('request', 64),
  contactId: exactly('contact', 64),
  ...paging,
})
export type PhoneBookQuery = Static<typeof PhoneBookQuery>
export const ProvisioningQuery = Type.Object({
  contactId: Type.String({ description: 'Who vouches for the numbers', minLength: 1, maxLength: 64 }),
  friendlyName: Type.Optional(text('Your own name for the request', 200)),
})
export type ProvisioningQuery = Static<typeof ProvisioningQuery>

export const ContactParams = Type.Object({ contactId: Type.String() })
export type ContactParams = Static<typeof ContactParams>
export const ProvisioningParams = Type.Object({ requestId: Type.String() })
export type ProvisioningParams = Static<typeof ProvisioningParams>
export const PhoneBookParams = Type.Object({ phoneNumber: Type.String() })
export type PhoneBookParams = Static<typeof PhoneBookParams>
