import * as schemas from '../schemas/alerts.ts'
import { DAY_MS, MINUTE_MS } from '../slices.ts'
import { path, type StreamDeclaration } from './declaration.ts'

export const alertStreams: readonly StreamDeclaration[] = [
  {
    name: 'alerts',
    primaryKey: ['sid'],
    cursorField: 'date_generated',
    fields: schemas.alerts,
    list: {
      host: 'monitor',
      place: path('/v1/Alerts'),
      dataField: 'alerts',
      pageSize: 1000,
      recordKey: ['sid'],
      under: null,
      windows: {
        timeField: 'date_generated',
        fromParameter: 'StartDate',
        untilParameter: 'EndDate',
        format: 'time',
        // Thirty days, less the time that requests may take.
        retentionMs: 30 * DAY_MS - 10 * MINUTE_MS,
        recordsMax: 10_000,
      },
    },
    children: null,
  },
]
