export const CONVERSATIONS_PREFIX = '/conversations/v3'

/** What the descriptions of all endpoints of this API share. */
export const CONVERSATIONS = { tags: ['Conversations'], security: [{ apikey: [] }] }

/** As ids are kept. What cannot be one is null, so that the store is not asked about all that may stand in a path. */
export function idOf(text: string): string | null {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null
}
