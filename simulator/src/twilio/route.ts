import { type Collection, type Member, openCollection, type Place } from './collection.ts'
import { type Host, hosts, type Resource } from './resource.ts'
import { notFound } from './twilioError.ts'
import type { Account, World } from './world.ts'

/** An address taken apart: `/api/2010-04-01/…` has the host `api`. */
export interface HostPath {
  readonly host: Host
  readonly path: string
}

/** Null: no host of Twilio's comes first in the path. */
export function splitHost(pathname: string): HostPath | null {
  const end = pathname.indexOf('/', 1)
  const host = hosts.find((candidate) => candidate === pathname.slice(1, end))
  return host === undefined || end < 0 ? null : { host, path: pathname.slice(end) }
}

/** What a path is of: a list, or one record of it. */
export interface Match {
  readonly resource: Resource
  readonly path: string
  /** What the braces of the resource's path name… */
  readonly names: readonly string[]
  /** …and what is in their places. */
  readonly values: readonly string[]
  /** Null: the list. */
  readonly id: string | null
}

/** Knows all paths of a catalogue; null for a path that none has. */
export function makeMatcher(catalogue: ReadonlyMap<string, Resource>): (asked: HostPath) => Match | null {
  const routes = [...catalogue.values()].map((resource) => {
    const segments = resource.path.split('/')
    const places = segments.flatMap((segment, position) => (segment.startsWith('{') ? [position] : []))
    return { resource, segments, places }
  })
  return ({ host, path }) => {
    const list = matchList(host, path)
    if (list !== null) return { ...list, path, id: null }
    const ending = host === 'api' ? '.json' : ''
    const end = path.lastIndexOf('/')
    const above = path.endsWith(ending) ? matchList(host, `${path.slice(0, end)}${ending}`) : null
    return above === null ? null : { ...above, path, id: path.slice(end + 1, path.length - ending.length) }
  }

  function matchList(host: Host, path: string): Pick<Match, 'resource' | 'names' | 'values'> | null {
    const asked = path.split('/')
    for (const { resource, segments, places } of routes) {
      if (resource.host !== host || segments.length !== asked.length) continue
      if (!segments.every((segment, position) => segment.startsWith('{') || segment === asked[position])) continue
      return {
        resource,
        names: places.map((position) => segments[position]?.slice(1, -1) ?? ''),
        values: places.map((position) => asked[position] ?? ''),
      }
    }
    return null
  }
}

export interface Target {
  readonly collection: Collection
  /** Null: the list. */
  readonly index: number | null
}

export interface Opening {
  readonly world: World
  readonly catalogue: ReadonlyMap<string, Resource>
  /** The account asked with: it is meant where the path names none. */
  readonly account: Account
  /** Throws for accounts that the caller may not read. */
  readonly requireAccount: (account: Account) => void
}

/**
 * Finds the records that a path names.
 *
 * @throws TwilioError 20404 for what there is not
 */
export function openTarget({ world, catalogue, account, requireAccount }: Opening, match: Match): Target {
  let place: Place = { world, account, parents: [] }
  for (const [position, name] of match.names.entries()) {
    const id = match.values[position] ?? ''
    if (name === 'account') place = { ...place, account: findAccount(id) }
    else place = { ...place, parents: [...place.parents, findParent(name, id)] }
  }
  const collection = openCollection(match.resource, place)
  if (match.id === null) return { collection, index: null }
  const index = collection.indexOf(match.id)
  if (index === null) throw notFound(match.path)
  return { collection, index }

  function findAccount(sid: string): Account {
    const found = world.accounts.find((candidate) => candidate.sid === sid)
    if (found === undefined) throw notFound(match.path)
    requireAccount(found)
    return found
  }

  function findParent(name: string, id: string): Member {
    const resource = catalogue.get(name)
    const above = resource === undefined ? null : openCollection(resource, place)
    const index = above?.indexOf(id) ?? null
    if (above === null || index === null) throw notFound(match.path)
    return { collection: above, index, id }
  }
}
