import type { MessagePlan } from '@petrel/messaging/operations'

/** A message's name without its owner: `OrderPlaced`. */
export const shortName = ({ type }: Pick<MessagePlan, 'type'>): string => type.fullName.slice(type.owner.length + 1)
