import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db/database.ts'
import { isStorableText } from '../db/storableText.ts'
import {
  deleteApplication,
  insertApplication,
  insertDefault,
  listApplications,
  lockApplication,
  lockDefault,
  readApplication,
  readDefault,
  updateApplication,
} from './applicationRows.ts'
import { type ApplicationSettings, applicationsMax, defaultSettings, settle } from './applicationRules.ts'
import { placeTemplate, withoutTemplate } from './applicationTemplates.ts'
import type { TemplateWarning } from './lintTemplate.ts'
import { Refusal, refusalCodes } from './refusal.ts'
import { defaultTemplates } from './template.ts'

/** How one customer's one-time codes look and travel. */
export interface Application {
  /** A UUID. */
  readonly id: string
  readonly accountId: string
  readonly name: string
  /** 4–10. */
  readonly pinLength: number
  /** Lower-case letters and digits, not digits alone. */
  readonly alphanumeric: boolean
  /** Checks that an OTP allows. */
  readonly attempts: number
  /** 30–7200. */
  readonly expireSeconds: number
  readonly sender: string
  readonly caller: string | null // as parseCaller returns it; null: calls show no number of the customer's
  /** By key: 'en' for both channels, 'en-sms' and 'en-voice' for one. 'en' is always there. */
  readonly templates: Readonly<Record<string, string>>
  /** ISO 3166-1 alpha-2 of where codes may go. */
  readonly countries: readonly string[] | null // null: everywhere
  /** Codes of at least 6 characters that live for at most 10 minutes (NIST SP 800-63B, out-of-band authenticators). */
  readonly nistProfile: boolean
  /** The one that is meant where a request names none; each account has one at most. */
  readonly isDefault: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/** What a customer says of an application. What is left out has its default, or stays as it is. */
export interface ApplicationWish {
  readonly name?: string
  readonly pinLength?: number
  readonly alphanumeric?: boolean
  readonly attempts?: number
  readonly expireSeconds?: number
  readonly sender?: string
  readonly caller?: string | null // null: none
  readonly countries?: readonly string[] | null // null: everywhere
  readonly nistProfile?: boolean
}

/** Which template: a language as the customer spells it, for one channel or (null) for both. */
export interface TemplateKey {
  readonly language: string
  readonly channel: 'sms' | 'voice' | null
}

export interface TemplateSaved {
  readonly application: Application
  /** False: it took the place of another. */
  readonly created: boolean
  readonly warnings: readonly TemplateWarning[]
}

/**
 * The applications of all accounts. `idOrDefault` is an id, or 'default' for the account's default application, which is
 * made when it is first asked for. Null: the account has no such application. All but `list` and `find` throw a `Refusal`
 * for a wish that breaks a rule.
 */
export interface Applications {
  /** Oldest first. */
  list(accountId: string): Promise<Application[]>
  create(accountId: string, wish: ApplicationWish): Promise<Application>
  find(accountId: string, idOrDefault: string): Promise<Application | null>
  edit(accountId: string, idOrDefault: string, changes: ApplicationWish): Promise<Application | null>
  /** Gone for good; OTPs that were sent for it keep what they need. Resolves with what was deleted. */
  remove(accountId: string, idOrDefault: string): Promise<Application | null>
  setTemplate(
    accountId: string,
    idOrDefault: string,
    template: TemplateKey & { readonly text: string },
  ): Promise<TemplateSaved | null>
  removeTemplate(
    accountId: string,
    idOrDefault: string,
    key: TemplateKey,
  ): Promise<Application | 'no such language' | null>
}

export interface ApplicationsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
}

export function createApplications({ db, clock, newId }: ApplicationsOptions): Applications {
  return {
    list: (accountId) => listApplications(db, accountId),

    async create(accountId, wish) {
      const settings = settle(defaultSettings(wish, clock.now()), wish)
      const application = fresh(accountId, { ...settings, isDefault: false })
      if (await db.write((tx) => insertApplication(tx, application, applicationsMax))) return application
      throw new Refusal(refusalCodes.applicationsMax, `An account can have up to ${applicationsMax} applications`)
    },

    async find(accountId, idOrDefault) {
      const id = readKey(idOrDefault)
      if (id === null) return null
      if (id !== DEFAULT) return readApplication(db, accountId, id)
      return (await readDefault(db, accountId)) ?? db.write((tx) => lock(tx, accountId, id))
    },

    edit: (accountId, idOrDefault, changes) =>
      change(accountId, idOrDefault, (before) => {
        const application = { ...before, ...settle(before, changes) }
        return { application, result: application }
      }),

    async remove(accountId, idOrDefault) {
      const id = readKey(idOrDefault)
      if (id === null) return null
      if (id === DEFAULT) throw defaultStays()
      return db.write(async (tx) => {
        const application = await lock(tx, accountId, id)
        if (application?.isDefault) throw defaultStays()
        if (application !== null) deleteApplication(tx, id)
        return application
      })
    },

    setTemplate: (accountId, idOrDefault, template) =>
      change(accountId, idOrDefault, (before) => {
        const result = placeTemplate(before, template)
        return { application: result.application, result }
      }),

    removeTemplate: (accountId, idOrDefault, key) =>
      change(accountId, idOrDefault, (before) => {
        const application = withoutTemplate(before, key)
        return { application: application ?? before, result: application ?? ('no such language' as const) }
      }),
  }

  /** Gives `work` the application as it would be unchanged now, and stores what it makes of it. */
  function change<T>(
    accountId: string,
    idOrDefault: string,
    work: (before: Application) => { readonly application: Application; readonly result: T },
  ): Promise<T | null> {
    const id = readKey(idOrDefault)
    if (id === null) return Promise.resolve(null)
    return db.write(async (tx) => {
      const before = await lock(tx, accountId, id)
      if (before === null) return null
      const { application, result } = work({ ...before, updatedAt: clock.now() })
      updateApplication(tx, application)
      return result
    })
  }

  /** Held until the commit; the default application is made if it is not there. */
  function lock(tx: Transaction, accountId: string, id: string): Promise<Application | null> {
    if (id !== DEFAULT) return lockApplication(tx, accountId, id)
    insertDefault(tx, fresh(accountId, { ...defaultSettings({}, clock.now()), name: DEFAULT, isDefault: true }))
    return lockDefault(tx, accountId)
  }

  function fresh(accountId: string, settings: ApplicationSettings & { readonly isDefault: boolean }): Application {
    const now = clock.now()
    return { ...settings, id: newId(), accountId, templates: defaultTemplates, createdAt: now, updatedAt: now }
  }
}

const DEFAULT = 'default'

/** UUIDs are the same in capitals (RFC 9562 §4). Null: no id that could be stored. */
function readKey(idOrDefault: string): string | null {
  return isStorableText(idOrDefault) ? idOrDefault.toLowerCase() : null
}

function defaultStays(): Refusal {
  return new Refusal(refusalCodes.defaultStays, 'The default application cannot be deleted')
}
