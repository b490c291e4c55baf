import type { ChannelName } from '../messages/message.ts'
import type { Channel } from './channel.ts'

/** All channels as one: each message goes to its own. A carrier is of one channel, so the others know nothing of it. */
export function joinChannels(channels: Readonly<Record<ChannelName, Channel>>): Channel {
  const all = Object.values(channels)
  return {
    waiting: (carrierId) => all.reduce((sum, channel) => sum + channel.waiting(carrierId), 0),
    send(submissions) {
      for (const [name, own] of Map.groupBy(submissions, ({ message }) => message.channel)) channels[name].send(own)
    },
    carrierHasRoom(carrierId) {
      for (const channel of all) channel.carrierHasRoom(carrierId)
    },
    reconsider() {
      for (const channel of all) channel.reconsider()
    },
    pause(paused) {
      for (const channel of all) channel.pause(paused)
    },
    takeWaiting: () => all.flatMap((channel) => channel.takeWaiting()),
  }
}
