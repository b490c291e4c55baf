import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { Message, MessageView } from './message.ts'

/** Who is told, in the transaction that writes it, of each new status of messages: those submitted and those final. */
export interface MessageFollower {
  /** Whether a message with this status is followed. Runs for every one, so it asks no table. */
  follows(message: Message): boolean
  /** Writes what follows from it; what it gives back is called after the commit. May run again after a failure. */
  changed(tx: Transaction, views: readonly MessageView[]): AfterCommit | Promise<AfterCommit>
}

/** Tells each follower of its messages, in this order. */
export function joinFollowers(followers: readonly MessageFollower[]): MessageFollower {
  return {
    follows: (message) => followers.some((follower) => follower.follows(message)),
    async changed(tx, views) {
      const callbacks: AfterCommit[] = []
      for (const follower of followers) {
        const own = views.filter(({ message }) => follower.follows(message))
        if (own.length === 0) continue
        const callback = follower.changed(tx, own)
        // What needs no await leaves its statements in one round trip with those of the others.
        callbacks.push(callback instanceof Promise ? await callback : callback)
      }
      return () => {
        for (const callback of callbacks) callback()
      }
    },
  }
}
