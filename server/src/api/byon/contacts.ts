import type { FastifyInstance } from 'fastify'
import type { Contact } from '../../contacts/contact.ts'
import { createContact, deleteContact, editContact, listContacts, readContact } from '../../contacts/contacts.ts'
import { principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { Problem } from '../../http/problem.ts'
import { errorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import type { ByonDependencies } from './byonRoutes.ts'
import { BYON, filterOf, pageOf } from './endpoint.ts'
import { readContactChanges, readContactDetails } from './readContact.ts'
import {
  ContactAnswer,
  ContactParams,
  ContactsAnswer,
  ContactsQuery,
  CreateContactBody,
  EditContactBody,
} from './schema.ts'

/** /byon/contacts/v1: who vouches for numbers. */
export function contactRoutes(app: FastifyInstance, { db, clock, newId }: ByonDependencies): void {
  const one = { ...BYON, params: ContactParams }
  app.get<{ Querystring: ContactsQuery }>('/byon/contacts/v1', {
    preValidation: canonicalQuery(Object.keys(ContactsQuery.properties)),
    schema: {
      ...BYON,
      summary: 'List contacts',
      querystring: ContactsQuery,
      response: { 200: ContactsAnswer, ...errorResponses(400) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const friendlyName = filterOf('friendlyName', request.query.friendlyName)
      const contacts = await listContacts(db, { accountId, friendlyName, page: pageOf(request.query) })
      return { contacts: contacts.map(shown), size: contacts.length }
    },
  })
  app.post<{ Body: EditContactBody }>('/byon/contacts/v1', {
    schema: {
      ...BYON,
      summary: 'Create a contact',
      body: CreateContactBody,
      response: { 201: ContactAnswer, ...errorResponses(...BODY_PROBLEMS) },
    },
    handler: async (request, reply) => {
      const details = readContactDetails(request.body)
      const contact = await createContact({ db, clock, newId }, { accountId: principalOf(request).accountId, details })
      reply.code(201)
      return shown(contact)
    },
  })
  app.get<{ Params: ContactParams }>('/byon/contacts/v1/:contactId', {
    schema: { ...one, summary: 'Read a contact', response: { 200: ContactAnswer, ...errorResponses(404) } },
    handler: async (request) => {
      const contact = await readContact(db, { accountId: principalOf(request).accountId, id: request.params.contactId })
      return shown(contact ?? unknownContact())
    },
  })
  app.post<{ Params: ContactParams; Body: EditContactBody }>('/byon/contacts/v1/:contactId', {
    schema: {
      ...one,
      summary: 'Edit a contact',
      body: EditContactBody,
      response: { 200: ContactAnswer, ...errorResponses(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const changes = readContactChanges(request.body)
      const key = { accountId: principalOf(request).accountId, id: request.params.contactId }
      return shown((await editContact({ db, clock }, { ...key, changes })) ?? unknownContact())
    },
  })
  app.delete<{ Params: ContactParams }>('/byon/contacts/v1/:contactId', {
    schema: { ...one, summary: 'Delete a contact', response: { 200: ContactAnswer, ...errorResponses(404, 409) } },
    handler: async (request) => {
      const key = { accountId: principalOf(request).accountId, id: request.params.contactId }
      const deletion = await deleteContact(db, key)
      switch (deletion.kind) {
        case 'deleted':
          return shown(deletion.contact)
        case 'unknown':
          return unknownContact()
        case 'in use':
          throw new Problem(409, 'The contact vouches for numbers that are ready or on their way', {
            code: 'ContactInUse',
          })
      }
    },
  })
}

export function unknownContact(): never {
  throw new Problem(404, 'Contact not found', { code: 'ContactNotFound' })
}

function shown({ id, createdAt, updatedAt, ...contact }: Contact): ContactAnswer {
  return {
    ...contact,
    contactId: id,
    dateCreated: createdAt,
    dateUpdated: updatedAt,
    timestampCreated: new Date(createdAt).toISOString(),
    timestampUpdated: new Date(updatedAt).toISOString(),
  }
}
