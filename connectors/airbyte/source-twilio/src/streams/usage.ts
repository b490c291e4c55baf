import * as schemas from '../schemas/usage.ts'
import { accountList } from './accounts.ts'
import { path, type StreamDeclaration } from './declaration.ts'

export const usageStreams: readonly StreamDeclaration[] = [
  {
    name: 'usage_records',
    primaryKey: ['account_sid', 'category', 'start_date', 'end_date'],
    cursorField: 'start_date',
    fields: schemas.usageRecords,
    list: {
      ...accountList,
      place: path('/2010-04-01/Accounts/{sid}/Usage/Records/Daily.json'),
      dataField: 'usage_records',
      recordKey: ['account_sid', 'category', 'start_date', 'end_date'],
      // By default the main account's usage has its subaccounts' in it, which are read on their own.
      query: { IncludeSubaccounts: 'false' },
      windows: {
        timeField: 'start_date',
        fromParameter: 'StartDate',
        untilParameter: 'EndDate',
        format: 'last day',
        retentionMs: null,
        isDaily: true,
      },
    },
    children: null,
    // The time of the request: it would make equal records differ.
    removedFields: ['as_of'],
  },
  {
    name: 'usage_triggers',
    primaryKey: ['sid'],
    cursorField: null,
    fields: schemas.usageTriggers,
    list: {
      ...accountList,
      place: path('/2010-04-01/Accounts/{sid}/Usage/Triggers.json'),
      dataField: 'usage_triggers',
    },
    children: null,
  },
]
