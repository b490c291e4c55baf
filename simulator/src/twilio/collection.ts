import { hashText, mix } from './hash.ts'
import type { Resource } from './resource.ts'
import { type Sids, sidsOf } from './sids.ts'
import { evenTimeline, joinTimelines, type Timeline } from './timeline.ts'
import type { Account, World } from './world.ts'

/** Where a collection is: the account, and the records that its path names, outermost first. */
export interface Place {
  readonly world: World
  readonly account: Account
  readonly parents: readonly Member[]
}

/** A record of a collection. */
export interface Member {
  readonly collection: Collection
  readonly index: number
  readonly id: string
}

/** The records of one resource under one parent, by index; the oldest is 0. */
export interface Collection extends Place {
  readonly resource: Resource
  /** As asked for: without the host and its prefix. */
  readonly path: string
  readonly timeline: Timeline
  readonly sids: Sids
  id(index: number): string
  indexOf(id: string): number | null
  /** 32 bits of the record and the seed. */
  hash(index: number): number
}

/** Costs a few hashes: nothing is made before it is asked for. */
export function openCollection(resource: Resource, place: Place): Collection {
  const scope = [resource.name, place.account.sid, ...place.parents.map(({ id }) => id)].join('/')
  const seed = place.world.seed
  const key = hashText(scope, seed)
  const sids = sidsOf(scope, seed)
  const collection: Collection = {
    ...place,
    resource,
    sids,
    path: pathOf(resource, place),
    timeline: resource.timeline === undefined ? defaultTimeline(resource, place) : resource.timeline(place),
    hash: (index) => mix(key + Math.imul(index, 0x9e3779b1)),
    ...naming(),
  }
  return collection

  function naming(): Pick<Collection, 'id' | 'indexOf'> {
    const ids = resource.ids?.(place)
    if (ids === undefined) return sidNaming()
    return {
      id: (index) => ids[index] ?? '',
      indexOf: (id) => {
        const index = ids.indexOf(id)
        return index >= 0 && index < collection.timeline.count ? index : null
      },
    }
  }

  function sidNaming(): Pick<Collection, 'id' | 'indexOf'> {
    const { sidPrefix } = resource
    const prefix = typeof sidPrefix === 'string' ? () => sidPrefix : (index: number) => sidPrefix(collection, index)
    return {
      id: (index) => `${prefix(index)}${sids.digits(index)}`,
      indexOf: (id) => {
        const index = sids.index(id.slice(-32))
        return index !== null && index < collection.timeline.count && prefix(index) === id.slice(0, -32) ? index : null
      },
    }
  }
}

/** The path with the ids of account and parents in their places. */
function pathOf(resource: Resource, place: Place): string {
  const ids = place.parents.map(({ id }) => id)
  return resource.path.replace(/\{(\w+)\}/g, (_, name) =>
    name === 'account' ? place.account.sid : (ids.shift() ?? ''),
  )
}

function defaultTimeline(resource: Resource, place: Place): Timeline {
  const { world, account, parents } = place
  const parent = parents.at(-1)
  const size = account.sizes[resource.name] ?? 0
  if (parent !== undefined) {
    const startSecond = parent.collection.timeline.second(parent.index)
    // From none to twice the size, so that empty ones are among them.
    const count = mix(parent.collection.hash(parent.index) ^ hashText(resource.name, world.seed)) % (2 * size + 1)
    return evenTimeline({ startSecond, spanSeconds: childrenSpanSeconds, count })
  }
  const first = evenTimeline({
    startSecond: account.createdAtSecond,
    spanSeconds: world.startedAtSecond - account.createdAtSecond,
    count: size,
  })
  return (world.growth.get(`${resource.name}/${account.sid}`) ?? []).reduce(joinTimelines, first)
}

const childrenSpanSeconds = 3600
