import type { ChatContent, ChatMedia, ChatTemplate } from '../../messages/chatContent.ts'
import type { Fields } from '../chat/fields.ts'
import { type CheckUrl, TEXT_CHARACTERS_MAX } from '../chat/readStep.ts'
import type { NumberedChannel } from './channelNumbers.ts'
import { CONTENT_TYPES, MEDIA_KINDS, type MediaKind } from './schema.ts'

/** What a message says. */
export interface ReadContent {
  readonly content: ChatContent
  /** Where its media of ours are named. */
  readonly mediaField: string | null // null: it has none
}

/** The content of one message. Null: something was refused. */
export function readContent(
  channel: NumberedChannel,
  { fields, types, checkUrl }: { fields: Fields; types: ContentTypes; checkUrl: CheckUrl },
): ReadContent | null {
  const contentType = readContentType(fields, types)
  switch (contentType) {
    case null:
      return null
    case 'text': {
      const text = fields.requiredText('text', TEXT_CHARACTERS_MAX[channel])
      return text === null ? null : { content: { kind: 'text', text }, mediaField: null }
    }
    case 'template':
      return readTemplate(fields)
    case 'media': {
      const media = requiredObject(fields, 'media')
      const type = media?.requiredWord('type', MEDIA_KINDS) ?? null
      return media === null || type === null ? null : readMedia(type, media, checkUrl)
    }
    default: {
      const media = requiredObject(fields, contentType)
      return media === null ? null : readMedia(contentType, media, checkUrl)
    }
  }
}

const EMPTY = 'must not be empty'

/** What a content may be, and what it is where it does not say so. */
export interface ContentTypes {
  readonly allowed: readonly ContentType[]
  readonly fallback: ContentType | null // null: it has to say
}

export const TEXT_ONLY: ContentTypes = { allowed: ['text'], fallback: 'text' }
export const contentTypesOf: Readonly<Record<NumberedChannel, ContentTypes>> = {
  sms: TEXT_ONLY,
  whatsapp: { allowed: CONTENT_TYPES, fallback: null },
}

type ContentType = (typeof CONTENT_TYPES)[number]

function readContentType(fields: Fields, { allowed, fallback }: ContentTypes): ContentType | null {
  const wanted = fields.value('contentType')
  if (wanted === undefined && fallback !== null) return fallback
  if (CONTENT_TYPES_NOT_BUILT.some((known) => known === wanted)) {
    return fields.refuse('contentType', `must be one of ${allowed.join(', ')}; ${wanted} is not built`)
  }
  return fields.requiredWord('contentType', allowed)
}

/** The vendor's, that nothing here sends. */
const CONTENT_TYPES_NOT_BUILT = ['location', 'contacts', 'interactive', 'reaction', 'components']

function requiredObject(fields: Fields, name: string): Fields | null {
  return fields.has(name) ? fields.object(name) : fields.refuse(name, EMPTY)
}

function readMedia(type: MediaKind, fields: Fields, checkUrl: CheckUrl): ReadContent | null {
  const caption = WITH_CAPTION.has(type) ? fields.text('caption', CAPTION_CHARACTERS_MAX) : null
  const fileName = type === 'document' ? readFileName(fields) : null
  if (fields.has('url') && fields.has('mediaId')) return fields.refuse('mediaId', 'must not stand beside url')
  if (!fields.has('url') && !fields.has('mediaId')) return fields.refuse('url', EMPTY)
  const url = fields.url('url', checkUrl)
  const mediaId = fields.text('mediaId', MEDIA_ID_CHARACTERS_MAX)
  if (url === null && mediaId === null) return null
  const content: ChatMedia = { kind: 'media', type, url, mediaId, caption, fileName }
  return { content, mediaField: mediaId === null ? null : fields.nameOf('mediaId') }
}

const WITH_CAPTION: ReadonlySet<MediaKind> = new Set(['image', 'document', 'video'])
const CAPTION_CHARACTERS_MAX = 1_024
const MEDIA_ID_CHARACTERS_MAX = 64
const FILE_NAME_CHARACTERS_MAX = 240

/** The vendor spells it in both ways. */
function readFileName(fields: Fields): string | null {
  return fields.text(fields.has('filename') ? 'filename' : 'fileName', FILE_NAME_CHARACTERS_MAX)
}

/** Of version 3, or as version 2 has them: with `language` and `parameters`. */
function readTemplate(fields: Fields): ReadContent | null {
  const template = requiredObject(fields, 'template')
  if (template === null) return null
  const templateId = template.requiredText('templateId', TEMPLATE_ID_CHARACTERS_MAX)
  const language = readLanguage(template)
  const parameters = template.has('components') ? readComponents(template) : readParameters(template)
  if (templateId === null || language === null || parameters === null) return null
  return { content: { kind: 'template', templateId, language, parameters }, mediaField: null }
}

const TEMPLATE_ID_CHARACTERS_MAX = 512
const LANGUAGE_CODE_CHARACTERS_MAX = 35
const PARAMETERS_MAX = 100
const PARAMETER_CHARACTERS_MAX = 1_024

function readLanguage(template: Fields): ChatTemplate['language'] | null {
  if (template.has('templateLanguage') || !template.has('language')) {
    const code = template.requiredText('templateLanguage', LANGUAGE_CODE_CHARACTERS_MAX)
    return code === null ? null : { policy: null, code }
  }
  const language = template.object('language')
  if (language === null) return null
  const policy = language.word('policy', ['fallback', 'deterministic'])
  return { policy, code: language.text('code', LANGUAGE_CODE_CHARACTERS_MAX) }
}

function readComponents(template: Fields): readonly string[] | null {
  const components = template.object('components')
  if (components === null) return null
  for (const name of ['header', 'button', 'carousel']) {
    if (isFilled(components.value(name))) components.refuse(name, 'is not built: only body can be given')
  }
  const body = components.objects('body', { min: 0, max: PARAMETERS_MAX })
  return allOf(
    body?.map((part) => {
      if (part.has('type') && part.word('type', ['text']) === null) return null
      return part.requiredText('text', PARAMETER_CHARACTERS_MAX)
    }),
  )
}

/** Some clients send every component, empty where they have none. */
function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null
}

function readParameters(template: Fields): readonly string[] | null {
  const parameters = template.objects('parameters', { min: 0, max: PARAMETERS_MAX })
  return allOf(parameters?.map((parameter) => parameter.requiredText('default', PARAMETER_CHARACTERS_MAX)))
}

/** Null where one of them was refused, or all. */
function allOf(texts: readonly (string | null)[] | undefined): readonly string[] | null {
  const read = texts?.filter((text) => text !== null)
  return read !== undefined && read.length === texts?.length ? read : null
}
