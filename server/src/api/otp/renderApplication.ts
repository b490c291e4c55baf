import type { Application } from '../../otp/application.ts'
import type { ApplicationAnswer } from './schema.ts'

export function renderApplication(application: Application): ApplicationAnswer {
  return {
    accountId: application.accountId,
    applicationId: application.id,
    name: application.name,
    pinLength: application.pinLength,
    alphanumeric: application.alphanumeric,
    attempts: application.attempts,
    expire: application.expireSeconds,
    template: application.templates,
    sender: application.sender,
    caller: application.caller,
    countries: application.countries === null ? null : [...application.countries],
    nistProfile: application.nistProfile,
    created: application.createdAt,
  }
}
