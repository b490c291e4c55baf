import type { MessageFollower } from '../messages/follower.ts'
import { type ChatDependencies, type ChatNews, moveChats } from './moveChats.ts'
import { happenedAt, stepNewsOf } from './stepNews.ts'

/** Moves chat messages on with what becomes of the messages of their steps, in the same transaction. */
export function chatFollower(dependencies: ChatDependencies): MessageFollower {
  return {
    follows: (message) => message.origin?.kind === 'chat' && stepNewsOf(message) !== null,
    changed(tx, views) {
      const heard = views.flatMap(({ message }): ChatNews[] => {
        const { id: messageId, origin, updatedAt: heardAt } = message
        const news = stepNewsOf(message)
        if (origin === null || news === null) return []
        return [{ chatId: origin.id, messageId, news, at: happenedAt(message), heardAt }]
      })
      return moveChats(tx, heard, dependencies)
    },
  }
}
