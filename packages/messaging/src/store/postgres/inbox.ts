import type { Pool, QueryConfig } from 'pg'
import type { MessageIdentity } from '../../identity.ts'
import { uuidAt } from './arrays.ts'
import { BinaryWriter } from './binaryWriter.ts'
import { cleanInbox } from './cleanInbox.ts'
import { runAlone } from './connections.ts'
import { formerInboxKeys, inboxKeys } from './inboxKeys.ts'

const selectHandled = { text: 'select id from petrel_inbox where id = any($1::uuid[])' }
const selectHandledByEitherKey = { text: 'select id from petrel_inbox where id = any($1::uuid[] || $2::uuid[])' }

/** Which messages were handled. They are inserted together with everything else that was decided: `saveParts.ts`. */
export class Inbox {
  readonly #pool: Pool
  readonly #writer = new BinaryWriter()
  /** Whether there may be any; undefined until PostgreSQL was asked. */
  #formerKeys: boolean | undefined

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** While the inbox has rows of Petrel 0.1, a message is also looked up by the key that it would have had then. */
  async handled(messages: readonly MessageIdentity[]): Promise<ReadonlySet<MessageIdentity>> {
    if (messages.length === 0) return noMessages
    this.#formerKeys ??= await mayHaveFormerKeys(this.#pool)
    return this.#formerKeys ? this.#byEitherKey(messages) : this.#byKey(messages)
  }

  async #byKey(messages: readonly MessageIdentity[]): Promise<ReadonlySet<MessageIdentity>> {
    const keys = inboxKeys(this.#writer, messages)
    const found = await this.#find({ ...selectHandled, values: [keys] })
    return found.size === 0 ? noMessages : new Set(messages.filter((_, at) => found.has(uuidAt(keys, at))))
  }

  async #byEitherKey(messages: readonly MessageIdentity[]): Promise<ReadonlySet<MessageIdentity>> {
    const keys = inboxKeys(this.#writer, messages)
    const formerKeys = formerInboxKeys(this.#writer, messages)
    const found = await this.#find({ ...selectHandledByEitherKey, values: [keys, formerKeys] })
    return new Set(messages.filter((_, at) => found.has(uuidAt(keys, at)) || found.has(uuidAt(formerKeys, at))))
  }

  async #find(select: QueryConfig): Promise<Set<string>> {
    const rows = await runAlone<{ id: string }>(this.#pool, select)
    return new Set(rows.map(({ id }) => id.replaceAll('-', '')))
  }

  async deleteBefore(date: Date): Promise<number> {
    const deleted = await cleanInbox(this.#pool, date)
    await runAlone(this.#pool, { ...endFormerKeys, values: [date] })
    if (this.#formerKeys === true) this.#formerKeys = undefined
    return deleted
  }
}

const noMessages: ReadonlySet<MessageIdentity> = new Set()

const selectFormerKeys = { text: 'select 1 from petrel_former_keys' }
/** When every row from before their time is deleted, no replica looks for them again, also after a restart. */
const endFormerKeys = { text: 'delete from petrel_former_keys where until < $1' }

const mayHaveFormerKeys = async (pool: Pool): Promise<boolean> => (await runAlone(pool, selectFormerKeys)).length > 0
