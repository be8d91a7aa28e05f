import { actionsPart } from './actions/part.ts'
import { breakItPart } from './breakIt/part.ts'
import { editingPart } from './editing/part.ts'
import { erasurePart } from './erasure/part.ts'
import { eventsPart } from './events/part.ts'
import { failuresPart } from './failures/part.ts'
import type { ConsoleContext, Part } from './part.ts'
import { replaysPart } from './replays/part.ts'
import { summaryPart } from './summary/part.ts'

/** Everything the console consists of. A topic is read by the first part that wants it. */
export function partsOf(context: ConsoleContext): Part[] {
  const parts: Part[] = [
    failuresPart(context),
    replaysPart(context),
    editingPart(context),
    actionsPart(context),
    eventsPart(context),
    breakItPart(context),
  ]
  return [summaryPart(context, parts), ...parts, erasurePart(context, parts)]
}
