import * as schemas from '../schemas/studio.ts'
import { type List, path, type StreamDeclaration } from './declaration.ts'

const wholes = { primaryKey: ['sid'], cursorField: null, children: null } as const
const studio = { host: 'studio', pageSize: 1000, recordKey: ['sid'], windows: null } as const satisfies Partial<List>

const flowsList: List = { ...studio, place: path('/v1/Flows'), dataField: 'flows', under: null }
const executionsList: List = {
  ...studio,
  place: path('/v1/Flows/{sid}/Executions'),
  dataField: 'executions',
  under: { list: flowsList, key: 'flow_sid' },
}

export const studioStreams: readonly StreamDeclaration[] = [
  { ...wholes, name: 'flows', fields: schemas.flows, list: flowsList },
  { ...wholes, name: 'executions', fields: schemas.executions, list: executionsList },
  {
    ...wholes,
    name: 'step',
    fields: schemas.steps,
    list: executionsList,
    children: {
      host: 'studio',
      place: path('/v1/Flows/{flow_sid}/Executions/{sid}/Steps'),
      dataField: 'steps',
      pageSize: 1000,
      recordKey: ['sid'],
    },
  },
]
