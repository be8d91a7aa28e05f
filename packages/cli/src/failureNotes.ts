import { type Failure, inboxMemory, milliseconds } from '@petrel/messaging/operations'
import { span } from './time.ts'

/** What a row of the list does not show: where a body is that was left out, and who produced the message. */
export function failureNotes(failures: readonly Failure[]): string[] {
  return failures.flatMap(({ id, leftOutBody: body, original, refusedBy, endpoint, deadLetter }) => [
    ...(refusedBy === undefined
      ? []
      : [`${id}: ${endpoint} itself produced this message, and ${refusedBy} refused it. A replay sends it there.`]),
    ...(body === undefined
      ? []
      : [
          `${id}: its body of ${body.bytes} bytes did not fit into ${deadLetter.topic}. ` +
            `It is in ${original.topic}/${original.partition}/${original.offset} as long as that record is kept; a replay fetches it from there.`,
        ]),
  ])
}

/** What a person has to know before replaying what is older than an inbox's memory. */
export function ageNote(failures: readonly Failure[]): string[] {
  const old = failures.filter(({ outlivedInbox }) => outlivedInbox).length
  if (old === 0) return []
  return [
    `${old === 1 ? '1 message was' : `${old} messages were`} sent more than ${span(milliseconds(inboxMemory))} ago, which is longer than an inbox remembers.`,
    'A dead letter itself was never handled. But if a copy of its message was (it was produced twice, or a replay was',
    'interrupted), the inbox may have forgotten that, and a replay handles the message a second time.',
  ]
}
