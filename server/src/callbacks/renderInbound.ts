import type { ChatInbound, ChatInboundContent, ChatInboundMedia, InboundSms } from '../chat/chatInbound.ts'
import type { CallbackVersion } from './callbackSettings.ts'
import { numberKey } from './placeKey.ts'
import { wireChannel, wireTime } from './wireText.ts'

/** Where a kept medium is fetched, by its id. */
export type MediaUrl = (mediaId: string) => string

/** Whether a version tells of such a message: the vendor's clients know reactions from 2.13 on. */
export function tellsOf({ content }: ChatInbound, version: CallbackVersion): boolean {
  return content.kind !== 'reaction' || version === '2.13' || version === '3'
}

/** The body that tells of a person's message, as JSON text. */
export function renderInbound(inbound: ChatInbound, version: CallbackVersion, mediaUrl: MediaUrl): string {
  return JSON.stringify(bodyOf(inbound, version, mediaUrl))
}

function bodyOf(inbound: ChatInbound, version: CallbackVersion, mediaUrl: MediaUrl) {
  const { content } = inbound
  switch (version) {
    case '1.1':
      // It knows no postbacks: what the person chose is what they said.
      return {
        ...addressesOf(inbound),
        content:
          content.kind === 'postback' ? { contentType: 'text', text: content.text } : contentOf(content, mediaUrl),
        ...contextOf(inbound),
        ...channelPartOf(inbound),
      }
    case '2.11':
    case '2.12':
    case '2.13':
      return {
        event: content.kind === 'postback' ? 'MoMessage::Postback' : 'MoMessage',
        ...addressesOf(inbound),
        timestamp: wireTime(inbound.at),
        receivedAt: wireTime(inbound.at),
        ...(content.kind === 'postback'
          ? { postback: { data: content.payload } }
          : { content: contentOf(content, mediaUrl) }),
        ...contextOf(inbound),
        ...channelPartOf(inbound),
      }
    case '3':
      return {
        event: content.kind === 'postback' ? 'InboundMessage::Postback' : 'InboundMessage',
        ...addressesOf(inbound),
        timestamp: wireTime(inbound.at),
        ...(content.kind === 'postback'
          ? { postback: { data: content.payload } }
          : { content: splitContentOf(content, mediaUrl) }),
        ...contextOf(inbound),
        ...channelPartOf(inbound),
      }
  }
}

function addressesOf({ id, channel, from, to }: ChatInbound) {
  return { messageId: id, channel: wireChannel(channel), from: numberKey(from), to: numberKey(to) }
}

type PlainContent = Exclude<ChatInboundContent, { readonly kind: 'postback' }>

function contentOf(content: PlainContent, mediaUrl: MediaUrl) {
  switch (content.kind) {
    case 'media':
      return { contentType: 'media', media: { type: mediaTypeOf(content), ...mediaOf(content, mediaUrl) } }
    case 'url':
      return { contentType: 'url', url: content.url }
    default:
      return otherContentOf(content)
  }
}

/** Version 3 has a type of content for each type of media, and none for a URL. */
function splitContentOf(content: PlainContent, mediaUrl: MediaUrl) {
  switch (content.kind) {
    case 'media': {
      const type = mediaTypeOf(content)
      return { contentType: type, [type]: mediaOf(content, mediaUrl) }
    }
    case 'url':
      return { contentType: 'text', text: content.url }
    default:
      return otherContentOf(content)
  }
}

function otherContentOf(content: Exclude<PlainContent, { readonly kind: 'media' | 'url' }>) {
  switch (content.kind) {
    case 'text':
      return { contentType: 'text', text: content.text }
    case 'location': {
      const { latitude, longitude, name, address } = content
      const named = { ...(name === null ? {} : { name }), ...(address === null ? {} : { address }) }
      return { contentType: 'location', location: { latitude, longitude, ...named } }
    }
    case 'contacts':
      return { contentType: 'contacts', contacts: content.contacts }
    case 'reaction': {
      const { emoji, messageId } = content
      return { contentType: 'reaction', reaction: { emoji, ...(messageId === null ? {} : { messageId }) } }
    }
    case 'unknown':
      return { contentType: 'unknown' }
  }
}

/** The wire has no word for stickers, which are images. */
function mediaTypeOf({ type }: ChatInboundMedia) {
  return type === 'sticker' ? 'image' : type
}

function mediaOf({ mediaId, url, caption, fileName }: ChatInboundMedia, mediaUrl: MediaUrl) {
  const said = caption ?? fileName
  return {
    url: mediaId === null ? url : mediaUrl(mediaId),
    ...(mediaId === null ? {} : { mediaId }),
    ...(said === null ? {} : { caption: said }),
  }
}

function contextOf({ contextMessageId, forwarded }: ChatInbound) {
  if (contextMessageId === null && !forwarded) return {}
  const answered = contextMessageId === null ? {} : { messageId: contextMessageId }
  return { context: { ...answered, ...(forwarded ? { isForwarded: true } : {}) } }
}

function channelPartOf({ id, channel, sms, senderName, content }: ChatInbound) {
  if (sms !== null) return { sms: smsPartOf(id, sms) }
  if (channel !== 'whatsapp') return {}
  const chosen = content.kind === 'postback' ? { text: content.text, title: content.text } : {}
  return { whatsapp: { ...(senderName === null ? {} : { senderName }), ...chosen } }
}

/** Receiving costs nothing here. */
function smsPartOf(id: string, { mccmnc, size, missing, parts }: InboundSms) {
  const origin = mccmnc === null ? {} : { mcc: mccmnc.slice(0, MCC_DIGITS), mnc: mccmnc.slice(MCC_DIGITS) }
  return {
    origin,
    totalPrice: 0,
    size,
    missingParts: missing > 0,
    parts: parts.map(({ number, receivedAt }) => ({
      messageId: `${id}-${number}`,
      sentDate: wireTime(receivedAt),
      price: 0,
      sequenceNumber: number,
    })),
  }
}

const MCC_DIGITS = 3
