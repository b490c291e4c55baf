import { INTEGER, recordOf, TEXT, TIME } from './schemaTypes.ts'

/** A contact: who vouches for numbers. `date…` are epoch milliseconds. */
export const contactSchema = recordOf({
  accountId: TEXT,
  contactId: TEXT,
  friendlyName: TEXT,
  companyName: TEXT,
  companyAddress: TEXT,
  contactName: TEXT,
  contactEmail: TEXT,
  contactPhone: TEXT,
  contactTitle: TEXT,
  dateCreated: INTEGER,
  dateUpdated: INTEGER,
  timestampCreated: TIME,
  timestampUpdated: TIME,
})

const registration = {
  accountId: TEXT,
  contactId: TEXT,
  requestId: TEXT,
  friendlyName: TEXT,
  status: TEXT,
  dateProvisioningRequest: INTEGER,
  dateProvisioningUpdated: INTEGER,
  dateProvisioningCompleted: INTEGER,
  loaId: TEXT,
  loaStatus: TEXT,
}

/** A request for numbers and how far it is. `dateProvisioningCompleted` is 0 until it is decided. */
export const registrationSchema = recordOf(registration)

/** A number in the phone book, with the request it came by. */
export const phoneSchema = recordOf({ phoneNumber: TEXT, country: TEXT, ...registration })
