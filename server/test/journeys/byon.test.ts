import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { ErrorResponse } from '../../src/api/errorResponses.ts'
import { waitFor } from '../waitFor.ts'
import { startReceiver } from '../webhookReceiver.ts'
import { type Answer, type CallOptions, Installation, type ProblemBody } from './heliograph.ts'
import { type InProcess, startInProcess } from './inProcess.ts'
import { rawCall } from './rawHttp.ts'

// Contacts, requests to register numbers and the phone book, as a customer and the operator use them.

const CONTACT = {
  companyName: 'Example GmbH',
  contactName: 'Erika Muster',
  contactEmail: 'erika@example.com',
  contactPhone: '49231123456789',
}

interface Contact {
  readonly contactId: string
  readonly dateCreated: number
  readonly dateUpdated: number
  readonly [field: string]: unknown
}

interface Request {
  readonly requestId: string
  readonly status: string
  readonly loaStatus: string
  readonly loaId: string
  readonly dateProvisioningRequest: number
  readonly dateProvisioningCompleted: number
  readonly phoneNumber?: string
  readonly country?: string | null
}

interface Requests {
  readonly provisioningRequests: readonly Request[]
  readonly size: number
}

interface Numbers {
  readonly numbers: readonly {
    readonly number: string
    readonly source: string
    readonly ready: boolean
    readonly status: string | null
    readonly inbound: object | null
  }[]
  readonly next: string | null
}

const accountOf = (id: string, more: object = {}) => ({
  id,
  apiKeys: [
    { key: `key-of-${id}`, scopes: ['messages', 'numbers'] },
    { key: `admin-of-${id}`, scopes: ['admin'] },
  ],
  ...more,
})
const CONFIG = {
  accounts: [
    accountOf('acme', { senders: ['Acme'], numbers: [{ number: '+4915100000001' }] }),
    accountOf('other', { senders: [], numbers: [{ number: '+4915100000002' }] }),
    accountOf('paging'),
    accountOf('empty'),
  ],
  webhooks: { allowPrivateNetworks: true },
  simulator: true,
}

let numbersUsed = 0
/** A number that no test has used yet. */
const freshNumber = () => `+49151${String(20_000_000 + ++numbersUsed)}`

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`BYON on ${engine}`, () => {
    let server: InProcess

    before(async () => {
      server = await startInProcess(engine, CONFIG)
    })
    after(() => server.stop())

    const call = <Body>(path: string, options?: CallOptions): Promise<Answer<Body>> => server.call<Body>(path, options)

    async function ok<Body>(path: string, options?: CallOptions): Promise<Body> {
      const answer = await call<Body>(path, options)
      assert(answer.status < 300, `${path}: ${answer.status} ${answer.text}`)
      return answer.body
    }

    const createContact = (more: object = {}, key = 'key-of-acme') =>
      ok<Contact>('/byon/contacts/v1', { key, body: { ...CONTACT, ...more } })

    const register = async (numbers: readonly object[], key = 'key-of-acme', query = '') => {
      const { contactId } = await createContact({}, key)
      return ok<Request>(`/byon/provisioning/v1?contactId=${contactId}${query}`, { key, body: numbers })
    }

    const move = (requestId: string, status: string, key = 'admin-of-acme') =>
      call<Request>(`/api/v1/provisioning/${requestId}/status`, { key, body: { status } })

    async function provision(numbers: readonly object[], account = 'acme'): Promise<Request> {
      const { requestId } = await register(numbers, `key-of-${account}`)
      await ok(`/api/v1/provisioning/${requestId}/status`, {
        key: `admin-of-${account}`,
        body: { status: 'LOA_READY' },
      })
      return ok<Request>(`/api/v1/provisioning/${requestId}/status`, {
        key: `admin-of-${account}`,
        body: { status: 'PROVISIONED' },
      })
    }

    const send = (from: string, key = 'key-of-acme') =>
      call('/messaging/v1/sms', { key, body: { from, to: '+4915112345678', message: 'Hello' } })

    async function refused(answer: Answer<unknown>, status: number, code: string): Promise<ErrorResponse> {
      const { body } = answer as Answer<ErrorResponse>
      assert.deepEqual([answer.status, body?.code], [status, code], answer.text)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(Object.keys(body), ['code', 'message', 'timestamp'])
      assert(Math.abs(body.timestamp - Date.now()) < 60_000)
      return body
    }

    test('an account without contacts and numbers has empty lists, not empty answers', async () => {
      const key = 'key-of-empty'
      assert.deepEqual(await ok('/byon/contacts/v1', { key }), { contacts: [], size: 0 })
      for (const path of ['/byon/provisioning/v1', '/byon/phonebook/v1/numbers']) {
        for (const form of [path, `${path}/`]) {
          assert.deepEqual(await ok(form, { key }), { provisioningRequests: [], size: 0 })
        }
      }
      assert.deepEqual(await ok('/api/v1/numbers', { key }), { numbers: [], next: null })
    })

    test('a contact is created, read, listed, filtered by, edited in part and deleted', async () => {
      const given = {
        ...CONTACT,
        companyAddress: 'Hauptstraße 1',
        contactTitle: 'Leiterin',
        friendlyName: `erika ${engine}`,
      }
      const answer = await call<Contact>('/byon/contacts/v1/', { body: given })
      assert.equal(answer.status, 201)
      const created = answer.body
      assert.match(created.contactId, /^[0-9a-f]{32}$/)
      const iso = new Date(created.dateCreated).toISOString()
      const expected = { ...given, contactPhone: '+49231123456789', accountId: 'acme', contactId: created.contactId }
      assert.deepEqual(created, {
        ...expected,
        dateCreated: created.dateCreated,
        dateUpdated: created.dateCreated,
        timestampCreated: iso,
        timestampUpdated: iso,
      })

      const path = `/byon/contacts/v1/${created.contactId}`
      assert.deepEqual(await ok(path), created)
      assert.deepEqual(await ok(`${path}/`), created)
      await createContact({ friendlyName: 'somebody else' })
      const filter = encodeURIComponent(`erika ${engine}`)
      for (const name of ['friendlyName', 'FriendlyName', 'FRIENDLYNAME']) {
        assert.deepEqual(await ok(`/byon/contacts/v1?${name}=${filter}`), { contacts: [created], size: 1 })
      }
      assert.deepEqual(await ok('/byon/contacts/v1?friendlyName=nobody'), { contacts: [], size: 0 })
      const all = await ok<{ contacts: Contact[]; size: number }>('/byon/contacts/v1')
      assert.equal(all.size, all.contacts.length)
      assert(all.contacts.some(({ contactId }) => contactId === created.contactId))

      const edited = await ok<Contact>(path, {
        body: { contactTitle: '', contactName: 'Max', contactPhone: 4930123456 },
      })
      assert.deepEqual(edited, {
        ...created,
        contactTitle: null,
        contactName: 'Max',
        contactPhone: '+4930123456',
        dateUpdated: edited.dateUpdated,
        timestampUpdated: new Date(edited.dateUpdated).toISOString(),
      })
      assert(edited.dateUpdated >= created.dateUpdated)
      assert.deepEqual(await ok(path), edited)

      assert.deepEqual(await ok(path, { method: 'DELETE' }), edited)
      for (const options of [{}, { method: 'DELETE' }, { body: {} }]) {
        const { message } = await refused(await call(path, options), 404, 'ContactNotFound')
        assert.equal(message, 'Contact not found')
      }
    })

    test('numbers are requested by contact, as dialled in their country or international, and are in the phone book', async () => {
      const { contactId } = await createContact()
      const [first = '', second = ''] = [freshNumber(), freshNumber()].toSorted()
      const body = [{ phoneNumber: first.replace('+49', '0'), country: 'de' }, { phoneNumber: second.slice(1) }]
      const answer = await call<Request>(`/byon/provisioning/v1/?ContactID=${contactId}&friendlyname=shop`, { body })
      assert.equal(answer.status, 200, answer.text)
      const request = answer.body
      assert.match(request.requestId, /^[0-9a-f]{32}$/)
      assert.match(request.loaId, /^[0-9a-f-]{36}$/)
      assert.deepEqual(request, {
        accountId: 'acme',
        contactId,
        requestId: request.requestId,
        friendlyName: 'shop',
        status: 'LOA_PENDING',
        dateProvisioningRequest: request.dateProvisioningRequest,
        dateProvisioningUpdated: request.dateProvisioningRequest,
        dateProvisioningCompleted: 0,
        loaId: request.loaId,
        loaStatus: 'sent',
      })
      assert.deepEqual(await ok(`/byon/provisioning/v1/${request.requestId}`), request)
      for (const query of [
        `contactId=${contactId}`,
        `contactId=${contactId}&friendlyName=shop`,
        `CONTACTID=${contactId}`,
      ]) {
        assert.deepEqual(await ok(`/byon/provisioning/v1?${query}`), { provisioningRequests: [request], size: 1 })
      }
      assert.equal((await ok<Requests>(`/byon/provisioning/v1?contactId=${contactId}&friendlyName=x`)).size, 0)

      const entries = [first, second].map((phoneNumber) => ({ phoneNumber, country: 'DE', ...request }))
      for (const query of [`requestId=${request.requestId}`, `contactId=${contactId}`]) {
        assert.deepEqual(await ok(`/byon/phonebook/v1/numbers?${query}`), { provisioningRequests: entries, size: 2 })
      }
      assert.equal((await ok<Requests>('/byon/phonebook/v1/numbers?requestId=x')).size, 0)
      for (const form of [first, first.slice(1), `00${first.slice(1)}`, encodeURIComponent(first), `${first}/`]) {
        const found = await ok(`/byon/phonebook/v1/numbers/${form}`)
        assert.deepEqual(found, { provisioningRequests: entries.slice(0, 1), size: 1 }, form)
      }
    })

    test('a request goes from LOA_PENDING over LOA_READY to PROVISIONED and DEPROVISIONED, and no other way', async () => {
      const { requestId } = await register([{ phoneNumber: freshNumber() }])
      const rejected = await register([{ phoneNumber: freshNumber() }])
      const illegal = async (id: string, ...statuses: string[]) => {
        for (const status of statuses) {
          const answer = await move(id, status)
          assert.equal(answer.status, 409, `${status}: ${answer.text}`)
          assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
        }
      }
      await illegal(requestId, 'PROVISIONED', 'DEPROVISIONED')
      const ready = await move(requestId, 'LOA_READY')
      assert.deepEqual(
        [ready.status, ready.body.status, ready.body.loaStatus, ready.body.dateProvisioningCompleted],
        [200, 'LOA_READY', 'Completed', 0],
      )
      await illegal(requestId, 'LOA_PENDING', 'DEPROVISIONED')
      const done = await move(requestId, 'PROVISIONED')
      assert.equal(done.body.status, 'PROVISIONED')
      assert(done.body.dateProvisioningCompleted >= done.body.dateProvisioningRequest)
      // Said twice is said once.
      assert.deepEqual((await move(requestId, 'PROVISIONED')).body, done.body)
      assert.deepEqual(await ok(`/byon/provisioning/v1/${requestId}`), done.body)
      await illegal(requestId, 'LOA_PENDING', 'LOA_READY', 'REJECTED')
      assert.equal((await move(requestId, 'DEPROVISIONED')).body.status, 'DEPROVISIONED')
      await illegal(requestId, 'LOA_PENDING', 'LOA_READY', 'PROVISIONED', 'REJECTED')

      const refusal = await move(rejected.requestId, 'REJECTED')
      assert.deepEqual([refusal.body.status, refusal.body.loaStatus], ['REJECTED', 'sent'])
      await illegal(rejected.requestId, 'LOA_PENDING', 'LOA_READY', 'PROVISIONED', 'DEPROVISIONED')
    })

    test('an account may send from a registered number from the moment it is ready until it is given back', async () => {
      const number = freshNumber()
      assert.equal((await send(number)).status, 403)
      const { requestId } = await register([{ phoneNumber: number }])
      await move(requestId, 'LOA_READY')
      assert.equal((await send(number)).status, 403)
      await move(requestId, 'PROVISIONED')
      assert.equal((await send(number)).status, 200)
      assert.equal((await send(number, 'key-of-other')).status, 403)
      assert.equal((await send('Acme')).status, 200)
      await move(requestId, 'DEPROVISIONED')
      assert.equal((await send(number)).status, 403)
    })

    test("what is written to a registered number is its account's while it is ready, and its target is called", async () => {
      const receiver = await startReceiver()
      try {
        const number = freshNumber()
        const { requestId } = await register([{ phoneNumber: number }])
        await ok(`/api/v1/numbers/${number}/inbound`, { body: { url: `${receiver.origin}/inbound` } })
        await move(requestId, 'LOA_READY')
        const write = (text: string) =>
          ok('/sim/v1/inbound', { body: { from: '+4915112345678', to: number, text: `${text} ${number}` } })
        const unowned = async () =>
          Number(/^heliograph_inbound_unowned_total (\d+)/m.exec((await call('/metrics')).text)?.[1])
        await waitFor(async () => (await call('/readyz')).status === 200)
        await write('too early')
        await waitFor(async () => (await unowned()) === 1)
        await move(requestId, 'PROVISIONED')
        await write('in time')
        await waitFor(() => receiver.calls.length > 0)
        await move(requestId, 'DEPROVISIONED')
        await write('too late')
        await waitFor(async () => (await unowned()) === 2)
        const received = async () => (await ok<{ messages: { message: string }[] }>('/api/v1/inbound')).messages
        assert.deepEqual(
          receiver.calls.map(({ body }) => JSON.parse(body).message),
          [`in time ${number}`],
        )
        assert.deepEqual(
          (await received()).map(({ message }) => message).filter((message) => message.endsWith(number)),
          [`in time ${number}`],
        )
      } finally {
        await receiver.close()
      }
    })

    test('a number is ready for one account only, and free again once it is given back', async () => {
      const [number, neighbour] = [freshNumber(), freshNumber()]
      // Both may ask before either has it.
      const theirs = await register([{ phoneNumber: number }, { phoneNumber: neighbour }], 'key-of-other')
      await move(theirs.requestId, 'LOA_READY', 'admin-of-other')
      const ours = await provision([{ phoneNumber: number }])
      const late = await move(theirs.requestId, 'PROVISIONED', 'admin-of-other')
      assert.equal(late.status, 409, late.text)
      assert.match(late.text, new RegExp(`\\${number}`))
      assert(!late.text.includes(neighbour))
      // All or nothing: the other number of that request is not ready either.
      assert.equal((await send(neighbour, 'key-of-other')).status, 403)
      assert.equal(
        (await ok<Request>(`/byon/provisioning/v1/${theirs.requestId}`, { key: 'key-of-other' })).status,
        'LOA_READY',
      )

      const { contactId } = await createContact({}, 'key-of-other')
      const again = { key: 'key-of-other', body: [{ phoneNumber: number }] }
      await move(theirs.requestId, 'REJECTED', 'admin-of-other')
      await refused(await call(`/byon/provisioning/v1?contactId=${contactId}`, again), 409, 'PhoneNumberNotAvailable')
      await move(ours.requestId, 'DEPROVISIONED')
      await provision([{ phoneNumber: number }], 'other')
      assert.equal((await send(number, 'key-of-other')).status, 200)
      assert.equal((await send(number)).status, 403)
    })

    test('a number that the account has or has asked for, or that the configuration gives away, is not asked for again', async () => {
      const number = freshNumber()
      const first = await register([{ phoneNumber: number }])
      const { contactId } = await createContact()
      const ask = (phoneNumber: string) =>
        call(`/byon/provisioning/v1?contactId=${contactId}`, { body: [{ phoneNumber }] })
      await refused(await ask(number), 409, 'PhoneNumberAlreadyRegistered')
      await refused(await ask('+4915100000001'), 409, 'PhoneNumberAlreadyRegistered')
      await refused(await ask('+4915100000002'), 409, 'PhoneNumberNotAvailable')
      await move(first.requestId, 'REJECTED')
      assert.equal((await ask(number)).status, 200)
      const entries = await ok<Requests>(`/byon/phonebook/v1/numbers/${number}`)
      assert.deepEqual(
        entries.provisioningRequests.map(({ status }) => status),
        ['REJECTED', 'LOA_PENDING'],
      )
    })

    test('a contact that vouches for numbers stays until they are refused or given back', async () => {
      const { requestId, contactId } = (await register([{ phoneNumber: freshNumber() }])) as Request & Contact
      const remove = () => call(`/byon/contacts/v1/${contactId}`, { method: 'DELETE' })
      await refused(await remove(), 409, 'ContactInUse')
      await move(requestId, 'LOA_READY')
      await move(requestId, 'PROVISIONED')
      await refused(await remove(), 409, 'ContactInUse')
      await move(requestId, 'DEPROVISIONED')
      assert.equal((await remove()).status, 200)
      const { contactId: kept } = await ok<Request & Contact>(`/byon/provisioning/v1/${requestId}`)
      assert.equal(kept, contactId)
    })

    test('numbers of the file and of registrations are listed with the inbound target that was set', async () => {
      const number = freshNumber()
      const { requestId } = await register([{ phoneNumber: number }])
      const entry = async () => {
        const { numbers } = await ok<Numbers>('/api/v1/numbers?limit=500')
        return numbers.find((candidate) => candidate.number === number)
      }
      const configured = (await ok<Numbers>('/api/v1/numbers')).numbers[0]
      assert.deepEqual(configured, {
        number: '+4915100000001',
        source: 'configuration',
        ready: true,
        status: null,
        requestId: null,
        inbound: null,
      })
      const shared = { number, source: 'registration', requestId }
      assert.deepEqual(await entry(), { ...shared, ready: false, status: 'LOA_PENDING', inbound: null })
      const url = 'http://127.0.0.1:1/inbound?token=x'
      const path = `/api/v1/numbers/${number}/inbound`
      assert.deepEqual(await ok(path, { body: { url } }), { number, inbound: { url, method: 'POST' } })
      await move(requestId, 'LOA_READY')
      await move(requestId, 'PROVISIONED')
      await ok(`/api/v1/numbers/${number.slice(1)}/inbound/`, { body: { url, method: 'get' } })
      assert.deepEqual(await entry(), {
        ...shared,
        ready: true,
        status: 'PROVISIONED',
        inbound: { url, method: 'GET' },
      })
      assert.deepEqual(await ok(path, { body: { url: '' } }), { number, inbound: null })
      assert.equal((await entry())?.inbound, null)
      await move(requestId, 'DEPROVISIONED')
      assert.equal(await entry(), undefined)
      assert.equal((await call(path, { body: { url } })).status, 404)
      assert.equal((await call('/api/v1/numbers/+4915100000001/inbound', { body: { url } })).status, 409)
      assert.equal((await call('/api/v1/numbers/+4915100000002/inbound', { body: { url } })).status, 404)
    })

    test("another account's key finds nothing, changes nothing and learns nothing", async () => {
      const number = freshNumber()
      const { requestId, contactId } = (await register([{ phoneNumber: number }])) as Request & Contact
      const by = (options: CallOptions = {}) => ({ key: 'key-of-other', ...options })
      const body = [{ phoneNumber: freshNumber() }]
      for (const [path, options, code] of [
        [`/byon/contacts/v1/${contactId}`, {}, 'ContactNotFound'],
        [`/byon/contacts/v1/${contactId}`, { body: { contactName: 'Mallory' } }, 'ContactNotFound'],
        [`/byon/contacts/v1/${contactId}`, { method: 'DELETE' }, 'ContactNotFound'],
        [`/byon/provisioning/v1?contactId=${contactId}`, { body }, 'ContactNotFound'],
        [`/byon/provisioning/v1/${requestId}`, {}, 'ProvisioningRequestNotFound'],
        [`/byon/phonebook/v1/numbers/${number}`, {}, 'PhoneNumberNotFound'],
      ] as const) {
        await refused(await call(path, by(options)), 404, code)
      }
      assert.equal((await move(requestId, 'LOA_READY', 'admin-of-other')).status, 404)
      assert.equal((await call(`/api/v1/numbers/${number}/inbound`, by({ body: { url: '' } }))).status, 404)
      const lists = await Promise.all([
        ok(`/byon/provisioning/v1?contactId=${contactId}`, by()),
        ok(`/byon/phonebook/v1/numbers?requestId=${requestId}`, by()),
      ])
      for (const list of lists) assert.deepEqual(list, { provisioningRequests: [], size: 0 })
      assert(!JSON.stringify(await ok('/byon/contacts/v1', by())).includes(contactId))
      assert(!JSON.stringify(await ok('/api/v1/numbers?limit=500', by())).includes(number))
      assert.equal((await ok<Contact>(`/byon/contacts/v1/${contactId}`)).contactName, CONTACT.contactName)
      assert.equal((await ok<Request>(`/byon/provisioning/v1/${requestId}`)).status, 'LOA_PENDING')
    })

    test('pages of any size show each number once, also while others are added', async () => {
      const key = 'key-of-paging'
      const numbers = Array.from({ length: 23 }, freshNumber)
      await register(
        numbers.slice(0, 9).map((phoneNumber) => ({ phoneNumber })),
        key,
      )
      await register(
        numbers.slice(9).map((phoneNumber) => ({ phoneNumber })),
        key,
      )
      const read = async (path: string) =>
        (await ok<Requests>(path, { key })).provisioningRequests.map(({ phoneNumber = '' }) => phoneNumber)
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (size) => {
          const seen: string[] = []
          for (let page = 0; ; page++) {
            const shown = await read(`/byon/phonebook/v1/numbers?page=${page}&size=${size}`)
            seen.push(...shown)
            if (page === 0) await register([{ phoneNumber: freshNumber() }], key)
            if (shown.length < size) break
          }
          assert.equal(new Set(seen).size, seen.length)
          assert(numbers.every((number) => seen.includes(number)))
        }),
        { numRuns: 10 },
      )
      const all = await read('/byon/phonebook/v1/numbers')
      const listed: string[] = []
      let cursor = ''
      do {
        const page: Numbers = await ok(`/api/v1/numbers?limit=7${cursor}`, { key })
        assert(page.numbers.length <= 7)
        listed.push(...page.numbers.map(({ number }) => number))
        cursor = page.next === null ? '' : `&cursor=${page.next}`
      } while (cursor !== '')
      assert.deepEqual(listed.toSorted(), all.toSorted())
    })

    test('each field that is wrong is refused and named, and nothing is a 5xx', async () => {
      const { contactId } = await createContact()
      const never = [{}, [], [1], 'a\u0000b', '\ud800', 'x'.repeat(600)]
      const contact: [string, unknown][] = Object.keys({
        ...CONTACT,
        companyAddress: 0,
        contactTitle: 0,
        friendlyName: 0,
      })
        .flatMap((field) => never.map((value): [string, unknown] => [field, value]))
        .concat(
          Object.keys(CONTACT).flatMap((field) => ['', ' ', null].map((value): [string, unknown] => [field, value])),
          ['erika', '@', 'a@', 'a b@c', 'a@b@c'].map((value): [string, unknown] => ['contactEmail', value]),
          ['0231123', 'x', '+', '+1', true].map((value): [string, unknown] => ['contactPhone', value]),
        )
      for (const [field, value] of contact) {
        for (const path of ['/byon/contacts/v1', `/byon/contacts/v1/${contactId}`]) {
          const answer = await call<ErrorResponse>(path, { body: { ...CONTACT, [field]: value } })
          const what = `${path} ${field} ${JSON.stringify(value)}: ${answer.text}`
          assert.equal(answer.status, 400, what)
          assert(answer.body.message.includes(field), what)
        }
      }
      await refused(
        await call('/byon/contacts/v1', { body: { ...CONTACT, contactPhone: '1' } }),
        400,
        'PhoneNumberNotValid',
      )
      const empty = await refused(await call('/byon/contacts/v1', { body: {} }), 400, 'ConstraintViolation')
      for (const field of Object.keys(CONTACT)) assert.match(empty.message, new RegExp(field))

      const number = freshNumber()
      const lists: [unknown, string][] = [
        [{}, 'ConstraintViolation'],
        [{ phoneNumber: number }, 'ConstraintViolation'],
        [[], 'ConstraintViolation'],
        [[{}], 'ConstraintViolation'],
        [[{ phoneNumber: {} }], 'ConstraintViolation'],
        [[{ phoneNumber: [number] }], 'ConstraintViolation'],
        [[{ phoneNumber: 'x'.repeat(100) }], 'ConstraintViolation'],
        [[{ phoneNumber: number, country: 'DEU' }], 'ConstraintViolation'],
        [[{ phoneNumber: number }, { phoneNumber: number.slice(1) }], 'ConstraintViolation'],
        [Array.from({ length: 3_001 }, () => ({ phoneNumber: number })), 'ConstraintViolation'],
        [[{ phoneNumber: '' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: null }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: '02315551337' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: '1\u0000' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: '\ud800' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: 'Heliograph' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: number, country: 'XX' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: number, country: 'US' }], 'PhoneNumberNotValid'],
        [[{ phoneNumber: number, country: '\u0000' }], 'PhoneNumberNotValid'],
        [[number], 'DataGivenWasNotParseable'],
        [[[{ phoneNumber: number }]], 'DataGivenWasNotParseable'],
        [[null], 'DataGivenWasNotParseable'],
        ['[', 'DataGivenWasNotParseable'],
        ['', 'DataGivenWasNotParseable'],
        ['null', 'DataGivenWasNotParseable'],
        [`[{"phoneNumber":"${number}","phoneNumber":"+491"}]`, 'DataGivenWasNotParseable'],
        [`[{"phoneNumber":"${number}","__proto__":{"a":1}}]`, 'ConstraintViolation'],
        [`${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'DataGivenWasNotParseable'],
      ]
      for (const [body, code] of lists) {
        await refused(await call(`/byon/provisioning/v1?contactId=${contactId}`, { body }), 400, code)
      }
      const good = [{ phoneNumber: number }]
      for (const query of [
        '',
        '?contactId=',
        '?contactId=a&contactId=b',
        '?contactId=a&CONTACTID=b',
        `?contactId=${'x'.repeat(65)}`,
      ]) {
        const { message } = await refused(
          await call(`/byon/provisioning/v1${query}`, { body: good }),
          400,
          'ConstraintViolation',
        )
        assert.match(message, /contactId/, query)
      }
      for (const id of ['nobody', '%00', '%ED%A0%80', '__proto__', "'%20or%201=1--"]) {
        await refused(await call(`/byon/provisioning/v1?contactId=${id}`, { body: good }), 404, 'ContactNotFound')
      }
      await refused(
        await call(`/byon/provisioning/v1?contactId=${contactId}&friendlyName=%00`, { body: good }),
        400,
        'ConstraintViolation',
      )

      for (const path of ['/byon/contacts/v1', '/byon/provisioning/v1', '/byon/phonebook/v1/numbers']) {
        for (const query of [
          'page=-1',
          'page=x',
          'page=1e99',
          'page=0.5',
          'page=1000001',
          'size=0',
          'size=3001',
          'size=',
          'size=NaN',
          'size=1&size=2',
          'SIZE=1&size=2',
        ]) {
          const { message } = await refused(await call(`${path}?${query}`), 400, 'ConstraintViolation')
          assert.match(message, /page|size/, `${path}?${query}`)
        }
        for (const query of [
          'size=1',
          'size=3000',
          'page=1000000&size=3000',
          'Page=1&SIZE=2',
          'unknown=1',
          '__proto__=x',
        ]) {
          assert.equal((await call(`${path}?${query}`)).status, 200, `${path}?${query}`)
        }
      }
      for (const query of ['friendlyName=%00', 'friendlyName=a&friendlyName=b', `friendlyName=${'x'.repeat(201)}`]) {
        await refused(await call(`/byon/contacts/v1?${query}`), 400, 'ConstraintViolation')
      }
    })

    test('the own routes for numbers name what is wrong as problems', async () => {
      const { requestId } = await register([{ phoneNumber: freshNumber() }])
      const [, { number = '' } = {}] = (await ok<Numbers>('/api/v1/numbers')).numbers
      const target = `/api/v1/numbers/${number}/inbound`
      const status = `/api/v1/provisioning/${requestId}/status`
      const admin = 'admin-of-acme'
      const cases: [string, CallOptions, string][] = [
        ...['', 'NONSENSE', 'provisioned', {}, ['PROVISIONED'], null].map((value): [string, CallOptions, string] => [
          status,
          { key: admin, body: { status: value } },
          'status',
        ]),
        [status, { key: admin, body: {} }, 'status'],
        ...['x', 'ftp://a.example/', 'http://u:p@a.example/', 'a\u0000b', '\ud800', {}, [], 'x'.repeat(3_000)].map(
          (url): [string, CallOptions, string] => [target, { body: { url } }, 'url'],
        ),
        [target, { body: {} }, 'url'],
        [target, { body: { url: '', method: 'PUT' } }, 'method'],
        ...['limit=0', 'limit=501', 'limit=x'].map((query): [string, CallOptions, string] => [
          `/api/v1/numbers?${query}`,
          {},
          'limit',
        ]),
        ...['x', '', 'WzFd', 'WyJcdTAwMDAiXQ', 'x'.repeat(600)].map((cursor): [string, CallOptions, string] => [
          `/api/v1/numbers?cursor=${cursor}`,
          {},
          'cursor',
        ]),
      ]
      for (const [path, options, field] of cases) {
        const answer = await call<ProblemBody>(path, options)
        const what = `${path} ${JSON.stringify(options)}: ${answer.text}`
        assert.equal(answer.status, 400, what)
        assert(
          answer.body.violations?.some((violation) => violation.field === field),
          what,
        )
      }
      for (const id of ['x', '%00', '__proto__']) {
        const moved = await call(`/api/v1/provisioning/${id}/status`, { key: admin, body: { status: 'REJECTED' } })
        const set = await call(`/api/v1/numbers/${id}/inbound`, { body: { url: '' } })
        assert.deepEqual([moved.status, set.status], [404, 404], id)
      }
      assert.equal(
        (await call(status, { body: { status: 'LOA_READY' } })).status,
        403,
        'only the operator moves requests',
      )
    })

    test('ids and paths that cannot be are answered in the form of this API', async () => {
      for (const id of [
        '%00',
        '%ED%A0%80',
        '%zz',
        '%',
        '__proto__',
        '💥',
        'x'.repeat(250),
        'x'.repeat(300),
        'x'.repeat(9_000),
      ]) {
        for (const [method, path] of [
          ['GET', '/byon/contacts/v1/'],
          ['DELETE', '/byon/contacts/v1/'],
          ['GET', '/byon/provisioning/v1/'],
          ['GET', '/byon/phonebook/v1/numbers/'],
        ] as const) {
          const answer = await call<ErrorResponse>(`${path}${id}`, { method })
          assert(answer.status >= 400 && answer.status < 500, `${method} ${path}${id.slice(0, 9)}: ${answer.text}`)
          assert.deepEqual(Object.keys(answer.body), ['code', 'message', 'timestamp'], answer.text)
        }
      }
      for (const path of [
        '/byon',
        '/byon/',
        '/byon?x=1',
        '/byon/contacts',
        '/byon/contacts/v2',
        '/byon/contacts/v1/a/b',
      ]) {
        await refused(await call(path), 404, 'NotFound')
      }
      await refused(await call('/byon/contacts/v1', { method: 'PUT' }), 404, 'NotFound')
      const elsewhere = await call('/byonder')
      assert.match(elsewhere.headers.get('content-type') ?? '', /^application\/problem\+json/)
    })

    test('the key may be in the query, in any case, but only here and in the 2FA API', async () => {
      const { paths } = await ok<{ paths: Record<string, object> }>('/openapi.json')
      for (const name of ['apiKey', 'apikey', 'APIKEY']) {
        assert.equal((await call(`/byon/contacts/v1?${name}=key-of-acme`, { key: null })).status, 200)
        await refused(await call(`/byon/contacts/v1?${name}=nonsense`, { key: null }), 403, 'Forbidden')
        await refused(await call(`/byon/contacts/v1?${name}=`, { key: null }), 401, 'Unauthorized')
      }
      await refused(
        await call('/byon/contacts/v1?apiKey=key-of-acme&apikey=key-of-other', { key: null }),
        401,
        'Unauthorized',
      )
      await refused(await call('/byon/contacts/v1?apiKey=key-of-acme', { key: 'nonsense' }), 403, 'Forbidden')
      let tried = 0
      for (const [path, methods] of Object.entries(paths)) {
        for (const method of Object.keys(methods)) {
          if (/^\/(sim|byon|2fa)\//.test(path)) continue
          tried++
          const answer = await call(`${path}?apiKey=key-of-acme`, { key: null, method: method.toUpperCase() })
          assert.equal(answer.status, 401, `${method} ${path}: ${answer.text}`)
        }
      }
      assert(tried > 10)
    })
  })
}

test('a key in the query is in no line that the server writes, whatever happens to the request', async () => {
  const heliograph = await Installation.create({ config: CONFIG, environment: { LOG_LEVEL: 'trace' } })
  try {
    await heliograph.start()
    const secret = 'key-of-acme'
    const paths = [
      '/byon/contacts/v1',
      '/byon/contacts/v1/%zz',
      '/byon/nothing',
      '/byon/provisioning/v1',
      '/healthz',
      '/',
    ]
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'PUT', 'NONSENSE']) {
        await heliograph.call(`${path}?apiKey=${secret}`, { key: null, method })
        await heliograph.call(`${path}?size=x&APIKEY=${secret}`, { key: null, method })
      }
    }
    await rawCall(heliograph.url, `GET /byon/contacts/v1?apiKey=${secret} HTTP/9.9\r\nhost: x\r\n\r\n`)
    await rawCall(heliograph.url, `GET /byon/contacts/v1?apiKey=${secret}&x=${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`)
    const { code } = await heliograph.stop()
    assert.equal(code, 0)
    assert.match(heliograph.output, /"msg":"started"/)
    assert(!`${heliograph.output}${heliograph.errors}`.includes(secret))
  } finally {
    await heliograph.remove()
  }
})
