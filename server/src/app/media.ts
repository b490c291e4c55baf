import { createMedia, type RunningMedia } from '../media/createMedia.ts'
import type { FetchRemote } from '../media/media.ts'
import type { Carriers } from './carriers.ts'
import type { Ground } from './ground.ts'

/** The store of files, not started yet; what persons sent is fetched from the carriers that have it. */
export function buildMedia({ config, db, clock, newId, log }: Ground, carriers: Carriers): RunningMedia {
  const fetchRemote: FetchRemote = async (carrierId, remoteId) =>
    carriers.whatsapp.get(carrierId)?.fetchMedia(remoteId) ?? {
      kind: 'gone',
      reason: 'its carrier is not configured any more',
    }
  return createMedia({
    db,
    clock,
    newId,
    settings: config.media,
    fetchRemote,
    observe({ kind, ...fields }) {
      if (kind === 'fetched') log.debug(fields, 'media.fetched')
      else log.warn(fields, kind === 'lost' ? 'media.lost' : 'media.fetch_failed')
    },
    trouble: (error) => log.error({ err: error }, 'media.trouble'),
  })
}
