import * as schemas from '../schemas/trunking.ts'
import { path, type StreamDeclaration } from './declaration.ts'

export const trunkingStreams: readonly StreamDeclaration[] = [
  {
    name: 'trunks',
    primaryKey: ['sid'],
    cursorField: null,
    fields: schemas.trunks,
    list: {
      host: 'trunking',
      place: path('/v1/Trunks'),
      dataField: 'trunks',
      pageSize: 1000,
      recordKey: ['sid'],
      under: null,
      windows: null,
    },
    children: null,
  },
]
