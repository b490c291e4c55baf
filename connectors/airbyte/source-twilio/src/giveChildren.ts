import { isRecord, type TwilioRecord } from './castRecord.ts'
import { isMissing } from './isMissing.ts'
import { listPages } from './listPages.ts'
import { pathAt } from './partitions.ts'
import type { Give, ListReader } from './readList.ts'
import { PAGE_KEYS_MAX, RecentKeys } from './recentKeys.ts'
import type { Children } from './streams/declaration.ts'
import { firstPage } from './twilioApi.ts'

export interface ChildrenReader extends ListReader {
  readonly children: Children
  readonly give: Give
}

/** Gives what is under each of the parents, several parents at a time; resolves when all of it has been given. */
export async function giveChildren(reader: ChildrenReader, parents: readonly TwilioRecord[]): Promise<void> {
  const wanted = parents.filter((parent) => reader.children.isWanted?.(parent) ?? true)
  const rest = wanted.values()
  const work = async () => {
    for (const parent of rest) await giveOf(reader, parent)
  }
  await Promise.all(Array.from({ length: Math.min(reader.workers, wanted.length) }, work))
}

async function giveOf(reader: ChildrenReader, parent: TwilioRecord): Promise<void> {
  const path = pathAt(reader.children.place, parent)
  if (path === null) return
  try {
    if (reader.children.dataField === null) await giveDetail(reader, path)
    else await givePages(reader, path, reader.children.dataField)
  } catch (error) {
    if (!isMissing(error)) throw error
    reader.log.info(`${reader.declaration.name}: skipped ${path}, which Twilio does not have`)
  }
}

/** The answer is the record. */
async function giveDetail({ api, children, finish, give }: ChildrenReader, path: string): Promise<void> {
  const record = await api.get(children.host, path)
  if (!isRecord(record) || isEmpty(children, record)) return
  await give({ lines: finish([record]), written: null })
}

async function givePages({ api, children, finish, give }: ChildrenReader, path: string, dataField: string) {
  const { host, pageSize, recordKey } = children
  const seen = new RecentKeys(PAGE_KEYS_MAX)
  const isNew = (record: TwilioRecord) =>
    recordKey === null || seen.add(recordKey.map((name) => record[name]).join(' '))
  const first = firstPage(path, { PageSize: pageSize })
  const take = (records: TwilioRecord[]) =>
    finish(records.filter((record) => !isEmpty(children, record) && isNew(record)))
  for await (const { content } of listPages(api, { host, first, resumeAt: null, dataField, take })) {
    await give({ lines: content, written: null })
  }
}

function isEmpty({ requiredField }: Children, record: TwilioRecord): boolean {
  return requiredField !== undefined && (record[requiredField] === null || record[requiredField] === undefined)
}
