import { NotAllowed } from '../../connections/notLetIn.ts'
import type { Log } from '../../log.ts'
import { brokerErrorCode } from './errors.ts'
import { refusedTopics } from './refusedTopics.ts'

/** Remembers what a broker that has let us in does not allow: each is said once, however often it is tried again. */
export interface Refusals {
  /**
   * An error of kafkajs, or that something is not allowed.
   * @param doing what was tried, in the same words each time. @param about what it was tried with
   */
  reasonOf(this: void, error: unknown, doing: string, about?: About): unknown
  /** It was done: what was not allowed before is allowed now. @param topics only those; default: all it was tried with */
  done(this: void, doing: string, topics?: readonly string[]): void
  /** Whether anything is not allowed. */
  areThere(this: void): boolean
}

interface About {
  readonly group?: string
  readonly topics?: readonly string[]
}

/** @param user who we are to the broker; undefined when only the broker knows */
export function refusals(user: () => string | undefined, log: Pick<Log, 'info' | 'error'>): Refusals {
  /** What is not allowed → what was tried when that was found out. */
  const said = new Map<string, Set<string>>()

  return {
    areThere: () => said.size > 0,
    reasonOf(error, doing, about = {}) {
      const parts = refusedParts(error, about)
      if (parts.length === 0) return error
      const refused = new NotAllowed(sentence(parts, user()), { cause: error })
      const isNew = parts.some((part) => !said.has(part))
      for (const part of parts) said.set(part, (said.get(part) ?? new Set()).add(doing))
      if (isNew) log.error({ event: 'notAllowed' }, `${refused.message} It is tried again about once a minute.`)
      return refused
    },
    done(doing, topics) {
      for (const [part, tried] of said) {
        if (topics !== undefined && !topics.some((topic) => part === topicPart(topic))) continue
        if (!tried.delete(doing) || tried.size > 0) continue
        said.delete(part)
        log.info({ event: 'allowed' }, `Kafka lets ${user() ?? 'this user'} use ${part} again`)
      }
    },
  }
}

function sentence(parts: readonly string[], user: string | undefined): string {
  const what = new Intl.ListFormat('en').format(parts)
  const check = `petrel acl --check${user === undefined ? '' : ` ${user}`}`
  return `Kafka does not let ${user ?? 'this user'} use ${what}: an ACL is missing. ${check} shows which.`
}

/** None when the broker has not refused anything. */
function refusedParts(error: unknown, { group, topics = [] }: About): string[] {
  const code = brokerErrorCode(error)
  if (code === 'GROUP_AUTHORIZATION_FAILED') return [group === undefined ? 'a group' : `group ${group}`]
  if (code === 'CLUSTER_AUTHORIZATION_FAILED') return ['what concerns the whole cluster']
  if (code !== 'TOPIC_AUTHORIZATION_FAILED') return []
  const names = [...new Set(refusedTopics(error) ?? topics)].toSorted()
  return names.length === 0 ? ['a topic'] : names.map(topicPart)
}

const topicPart = (topic: string) => `topic ${topic}`
