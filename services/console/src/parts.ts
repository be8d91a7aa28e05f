import { actionsPart } from './actions/part.ts'
import { eventsPart } from './events/part.ts'
import type { ConsoleContext, Part } from './part.ts'

/** Everything the console consists of. A topic is read by the first part that wants it. */
export const partsOf = (context: ConsoleContext): Part[] => [actionsPart(context), eventsPart(context)]
