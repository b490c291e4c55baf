import type { ContactDetails } from '../../contacts/contact.ts'
import { isStorableText } from '../../db/storableText.ts'
import { constraintViolation, type Problem, type Violation } from '../../http/problem.ts'
import type { E164 } from '../../numbers/address.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { notANumber } from './numberProblems.ts'
import type { EditContactBody } from './schema.ts'

/** A whole contact. Throws a 400 that names every field at fault. */
export function readContactDetails(body: EditContactBody): ContactDetails {
  const { given, wrong } = readFields(body)
  const { companyName, contactName, contactEmail, contactPhone } = given
  if (
    companyName === undefined ||
    contactName === undefined ||
    contactEmail === undefined ||
    contactPhone === undefined ||
    wrong.length > 0
  ) {
    throw problemOf(wrong)
  }
  const { friendlyName = null, companyAddress = null, contactTitle = null } = given
  return { companyName, contactName, contactEmail, contactPhone, friendlyName, companyAddress, contactTitle }
}

/** What to change of a contact. Throws a 400 that names every field at fault. */
export function readContactChanges(body: EditContactBody): Partial<ContactDetails> {
  const { given, wrong } = readFields(body)
  if (wrong.length > 0) throw problemOf(wrong)
  return given
}

type Given = { -readonly [Field in keyof ContactDetails]?: ContactDetails[Field] }

function readFields(body: EditContactBody): { given: Given; wrong: Violation[] } {
  const given: Given = {}
  const wrong: Violation[] = []
  for (const field of OPTIONAL) {
    const value = body[field]
    if (value === undefined) continue
    if (!isStorableText(value)) wrong.push({ field, message: UNSTORABLE })
    // An empty text takes back what was said before.
    else given[field] = value === '' ? null : value
  }
  for (const field of REQUIRED) {
    const value = body[field]
    if (value === undefined) continue
    if (value.trim() === '') wrong.push({ field, message: 'must not be empty' })
    else if (!isStorableText(value)) wrong.push({ field, message: UNSTORABLE })
    else given[field] = value
  }
  if (given.contactEmail !== undefined && !/^[^\s@]+@[^\s@]+$/.test(given.contactEmail)) {
    wrong.push({ field: 'contactEmail', message: 'must be an e-mail address' })
  }
  if (body.contactPhone !== undefined) {
    const phone = phoneOf(body.contactPhone)
    if (phone === null) wrong.push(BAD_PHONE)
    else given.contactPhone = phone
  }
  return { given, wrong }
}

const OPTIONAL = ['friendlyName', 'companyAddress', 'contactTitle'] as const
const REQUIRED = ['companyName', 'contactName', 'contactEmail'] as const
const UNSTORABLE = 'must not contain NUL or unpaired surrogates'
const BAD_PHONE: Violation = { field: 'contactPhone', message: 'must be an international phone number' }

/** People write their own number with separators; what is kept has none. */
function phoneOf(text: string): E164 | null {
  return parseNumber(text.trim().replaceAll(/[ ().\-/]/g, ''))
}

/** The vendor has a code for a bad number, where nothing else is wrong. */
function problemOf(wrong: readonly Violation[]): Problem {
  const [first] = wrong
  return wrong.length === 1 && first === BAD_PHONE ? notANumber(BAD_PHONE.field) : constraintViolation(wrong)
}
