import { milliseconds } from '../definition/duration.ts'
import { Postpone } from '../definition/outcome.ts'

/** A rolling update is over by then. After a rollback that stays nobody would ever handle the message, and nobody would know of it. */
export const newerSagaPatienceMs = milliseconds('1h')

/** The saga of a message was saved by a newer version of the service: this one must not write over what it cannot read. */
export class NewerSagaState extends Postpone {
  override readonly name = 'NewerSagaState'

  /** @param what names the saga and both versions */
  constructor(what: string) {
    super('10s', `${what}: a newer one handles its messages. Is there none any more, deploy it again, and replay this message`)
  }
}
