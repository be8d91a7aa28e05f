import { type BrokerRecord, NotDeployed, type RefusedLetter, replayEdited, replayLetters } from '@petrel/messaging/operations'
import { recordOf } from '../failures/detail.ts'
import { sendForeign } from '../foreign/sendForeign.ts'
import type { OpenLetter } from '../failures/openLetters.ts'
import type { ConsoleContext } from '../part.ts'
import type { Item, Lease, StepResult } from './steps.ts'

/** A message that goes back now. */
export interface Sendable extends OpenLetter {
  readonly item: Item
  readonly record: BrokerRecord
}

/** Sends the messages of one endpoint back. @returns those that cannot be sent. @throws BrokerUnavailable */
export type SendBack = (
  sending: { readonly endpoint: string; readonly letters: readonly Sendable[]; readonly by: string; readonly at: string },
  context: Pick<ConsoleContext, 'broker' | 'prefix'>,
) => Promise<readonly RefusedLetter[]>

/** Sends what waits back, each to its endpoint alone; what others have written to the topic that it came from. @throws BrokerUnavailable; some may have been sent */
export async function sendStep(context: ConsoleContext, lease: Lease, items: readonly Item[]): Promise<StepResult> {
  const at = new Date().toISOString()
  const settled = items.filter(({ open }) => open === undefined).map(({ failureId }) => failureId)
  const ready = await Promise.all(items.map((item) => sendable(context, item)))
  const found = ready.filter((each) => each !== undefined)
  const [lost, letters] = [found.filter(hasLostBody), found.filter((letter) => !hasLostBody(letter))]
  const refused = new Map(lost.map(({ item }) => [item.letter.place, lostBody(item)]))
  const foreign = letters.filter((letter) => letter.foreign !== null)
  const own = letters.filter((letter) => letter.foreign === null)
  for (const { place, reason } of await sendForeign(foreign, context)) refused.set(place, reason)
  for (const [endpoint, some] of Map.groupBy(own, ({ endpoint }) => endpoint)) {
    const send = some.some(({ item }) => item.edited !== undefined) ? sendEdited : sendBack
    const refusals = await send({ endpoint, letters: some, by: lease.by, at }, context).catch(unlessNotDeployed(some))
    for (const { place, reason } of refusals) refused.set(place, reason)
  }
  const reasonOf = ({ item }: Sendable) => refused.get(item.letter.place)
  return {
    at,
    endpoints: [...new Set(items.map(({ endpoint }) => endpoint))],
    settled,
    sent: letters
      .filter((letter) => reasonOf(letter) === undefined)
      .map((letter) => ({ ...letter, editedAs: letter.item.edited?.id })),
    unsendable: found.flatMap((letter) => {
      const reason = reasonOf(letter)
      return reason === undefined ? [] : [{ failureId: letter.failureId, reason }]
    }),
  }
}

async function sendable(context: ConsoleContext, item: Item): Promise<Sendable | undefined> {
  return item.open === undefined ? undefined : { ...item.open, item, record: await recordOf(item.letter, context) }
}

/** A body that was too large to be kept here, and is no longer in its topic. */
const hasLostBody = ({ item, record }: Sendable): boolean =>
  record.value === null && item.letter.value_bytes !== null && item.edited === undefined

const lostBody = ({ letter }: Item): string =>
  `Its body of ${letter.value_bytes} bytes was too large to be kept by the console, and ${letter.place} is gone. Let its source send it again, and archive this one.`

const sendBack: SendBack = replayLetters

/** An edited message is alone in its replay. */
const sendEdited: SendBack = ({ letters, ...sending }, context) =>
  replayEdited(
    {
      ...sending,
      letters: letters.flatMap((letter) => (letter.item.edited === undefined ? [] : [{ ...letter, edited: letter.item.edited }])),
    },
    context,
  )

const unlessNotDeployed = (letters: readonly Sendable[]) => (error: unknown) => {
  if (!(error instanceof NotDeployed)) throw error
  return letters.map(({ item }) => ({ place: item.letter.place, reason: error.message }))
}
