import * as schemas from '../schemas/verify.ts'
import { path, type StreamDeclaration } from './declaration.ts'

export const verifyStreams: readonly StreamDeclaration[] = [
  {
    name: 'verify_services',
    primaryKey: ['sid'],
    cursorField: null,
    fields: schemas.verifyServices,
    list: {
      host: 'verify',
      place: path('/v2/Services'),
      dataField: 'services',
      // More than 100 are refused, whatever the API's description says.
      pageSize: 100,
      recordKey: ['sid'],
      under: null,
      windows: null,
    },
    children: null,
  },
]
