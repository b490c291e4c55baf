import { ECHO_CARRIER } from '../carriers/echo/echoCarrier.ts'
import { CarrierQueues } from '../channels/carrierQueues.ts'
import type { Channel, ChannelEvents } from '../channels/channel.ts'
import { chatPartsOf } from '../channels/chat/chatPart.ts'
import { joinChannels } from '../channels/joinChannels.ts'
import { segmentsOf } from '../channels/sms/segmentsOf.ts'
import { voicePartOf } from '../channels/voice/voicePart.ts'
import { CHANNEL_OF_TYPE } from '../config/carriers.ts'
import { languageOf, openText } from '../messages/content.ts'
import type { RoutedMessage } from '../messages/intake.ts'
import type { ChannelName, Message } from '../messages/message.ts'
import { createRouting } from '../routing/chooseCarriers.ts'
import type { Sealer } from '../sealer.ts'
import type { Carriers } from './carriers.ts'
import type { Ground } from './ground.ts'

/** Which carriers may take a message, best first: a route counts for messages of its carrier's channel. */
export function channelRoutes({ config }: Ground): (message: RoutedMessage) => readonly string[] {
  const channelOf = new Map(config.carriers.map(({ id, type }) => [id, CHANNEL_OF_TYPE[type]]))
  const routing = (channel: ChannelName) =>
    createRouting(config.routes.filter(({ carrier }) => channelOf.get(carrier) === channel))
  const byNumber = new Map(
    config.carriers.flatMap((carrier) => (carrier.type === 'whatsapp' ? [[carrier.number, [carrier.id]]] : [])),
  )
  const byChannel: Record<ChannelName, (message: RoutedMessage) => readonly string[]> = {
    sms: routing('sms'),
    voice: routing('voice'),
    whatsapp: ({ sender }) => byNumber.get(sender) ?? [],
    echo: () => ECHO,
  }
  return (message) => byChannel[message.channel](message)
}

/** The one carrier of the echo channel. */
const ECHO = [ECHO_CARRIER]

/** Every channel, connected to its carriers. `mayHandOver` says whether this node may send now. */
export function buildChannels(
  { clock }: Ground,
  {
    carriers,
    routesFor,
    sealer,
    mayHandOver,
  }: {
    readonly carriers: Carriers
    readonly routesFor: (message: Message) => readonly string[]
    readonly sealer: Sealer
    readonly mayHandOver: () => boolean
  },
): (events: ChannelEvents) => Channel {
  return (events) => {
    const shared = { routesFor, clock, mayHandOver, events }
    return joinChannels({
      sms: new CarrierQueues({
        ...shared,
        carriers: carriers.sms,
        partsOf(message) {
          const text = openText(sealer, message)
          return text === null ? null : segmentsOf(message, text)
        },
      }),
      voice: new CarrierQueues({
        ...shared,
        carriers: carriers.voice,
        partsOf(message) {
          const text = openText(sealer, message)
          return text === null ? null : [{ number: 1, part: voicePartOf(message, text, languageOf(message)) }]
        },
      }),
      whatsapp: new CarrierQueues({ ...shared, carriers: carriers.whatsapp, partsOf: chatPartsOf }),
      echo: new CarrierQueues({ ...shared, carriers: carriers.echo, partsOf: chatPartsOf }),
    })
  }
}
