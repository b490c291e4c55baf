import { catalogue } from './catalogue.ts'
import { type Collection, openCollection, type Place } from './collection.ts'
import type { Resource } from './resource.ts'
import { selectRecords } from './selection.ts'
import type { World } from './world.ts'

/**
 * All records of a resource that some request would show, under all accounts and parents, as they are in lists; of
 * hosts other than api too, though their lists show only the account asked with. For tests that compare.
 *
 * @param name as in the catalogue
 */
export function* allRecords(world: World, name: string): Generator<unknown> {
  const resource = catalogue.get(name)
  if (resource === undefined) throw new RangeError(`There is no resource ${name}.`)
  const everything = new URLSearchParams()
  for (const collection of allCollections(world, resource)) {
    if ((resource.refuse?.(collection, everything) ?? null) !== null) continue
    const write = resource.detail?.(collection) ?? resource.writer(collection, everything)
    const { low, high } = selectRecords(collection, everything, write)
    for (let index = high - 1; index >= low; index--) yield JSON.parse(write(index))
  }
}

function* allCollections(world: World, resource: Resource): Generator<Collection> {
  const names = [...resource.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const parents = names.filter((name) => name !== 'account')
  // The main account's list of accounts has them all.
  const accounts = resource.name === 'accounts' ? world.accounts.slice(0, 1) : world.accounts
  for (const account of accounts) {
    for (const place of allPlaces({ world, account, parents: [] }, parents)) yield openCollection(resource, place)
  }
}

function* allPlaces(place: Place, parents: readonly string[]): Generator<Place> {
  const [name, ...further] = parents
  if (name === undefined) {
    yield place
    return
  }
  const resource = catalogue.get(name)
  if (resource === undefined) return
  const collection = openCollection(resource, place)
  const query = new URLSearchParams()
  const { low, high } = selectRecords(collection, query, resource.writer(collection, query))
  for (let index = high - 1; index >= low; index--) {
    const member = { collection, index, id: collection.id(index) }
    yield* allPlaces({ ...place, parents: [...place.parents, member] }, further)
  }
}
