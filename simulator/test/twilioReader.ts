import assert from 'node:assert/strict'
import { catalogue } from '../src/twilio/catalogue.ts'
import type { FakeTwilio } from '../src/twilio/startFakeTwilio.ts'

/** Credentials of HTTP Basic. */
export interface User {
  readonly name: string
  readonly password: string
}

export type Json = { readonly [property: string]: unknown }

export interface Response {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

/** The credentials of an account of the fake. */
export function accountUser(fake: FakeTwilio, index = 0): User {
  const account = fake.accounts[index]
  assert(account !== undefined)
  return { name: account.sid, password: account.authToken }
}

/** Asks once. `address` is absolute, or starts with the host's prefix: `/api/2010-04-01/…`. */
export async function ask(fake: FakeTwilio, address: string, user = accountUser(fake)): Promise<Response> {
  const response = await fetch(new URL(address, fake.url), {
    headers: { authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}` },
  })
  return { status: response.status, headers: response.headers, body: readObject(await response.json()) }
}

/** The records of a list, page after page as the bodies tell, in the order in which they came. */
export async function readList(fake: FakeTwilio, address: string, user?: User): Promise<Json[]> {
  return (await readPages(fake, address, user)).flatMap(recordsOf)
}

/** The bodies of a list's pages. */
export async function readPages(fake: FakeTwilio, address: string, user?: User): Promise<Json[]> {
  const pages: Json[] = []
  let next: string | null = address
  while (next !== null && pages.length < pagesMax) {
    const { status, body } = await ask(fake, next, user)
    assert.equal(status, 200, `${next}: ${JSON.stringify(body)}`)
    pages.push(body)
    next = nextOf(body)
  }
  return pages
}

const pagesMax = 2000

/** The address of the page after this one, as `ask` takes it. */
export function nextOf(page: Json): string | null {
  if (page.meta !== undefined) {
    const url = readObject(page.meta).next_page_url
    return url === null ? null : String(url)
  }
  return page.next_page_uri === null ? null : `/api${page.next_page_uri}`
}

/** The records of a page, whatever their property is called. */
export function recordsOf(page: Json): Json[] {
  const lists = Object.values(page).filter(Array.isArray)
  assert.equal(lists.length, 1)
  return lists.flat().map(readObject)
}

/** A list that can be asked for, and by whom. */
export interface ListAddress {
  readonly address: string
  readonly user: User
}

/** Every list that a resource has, found as a reader finds them: by reading the lists above. */
export async function listsOf(fake: FakeTwilio, name: string): Promise<ListAddress[]> {
  const resource = catalogue.get(name)
  assert(resource !== undefined)
  const accounts = name === 'accounts' ? fake.accounts.slice(0, 1) : fake.accounts
  const lists: ListAddress[] = []
  for (const [index, { sid }] of accounts.entries()) {
    const user = resource.host === 'api' ? accountUser(fake) : accountUser(fake, index)
    let paths = [`/${resource.host}${resource.path.replace('{account}', sid)}`]
    for (const [braces, parent = ''] of resource.path.matchAll(/\{(\w+)\}/g)) {
      if (parent === 'account') continue
      const found: string[] = []
      for (const path of paths) {
        const above = catalogue.get(parent)?.path ?? ''
        const place = path.slice(0, path.indexOf(braces))
        // The parent's own list stands where its id goes into the path.
        const address = above.endsWith('.json') ? `${place.slice(0, -1)}.json` : place.slice(0, -1)
        for (const record of await readList(fake, address, user)) found.push(path.replace(braces, idOf(record)))
      }
      paths = found
    }
    lists.push(...paths.map((address) => ({ address, user })))
  }
  return lists
}

function idOf(record: Json): string {
  return String(record.sid ?? record.country_code ?? record.iso_country)
}

function readObject(value: unknown): Json {
  assert(typeof value === 'object' && value !== null)
  return Object.fromEntries(Object.entries(value))
}
