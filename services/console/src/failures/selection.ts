import { z } from 'zod'
import { type Filter, filterShape, groupings, groupRef } from './filter.ts'

const mostIds = 10_000

const selectionShape = {
  ids: z.array(z.uuid()).min(1).max(mostIds).optional(),
  group: groupRef.optional(),
  by: z.enum(groupings).optional(),
  /** Everything that a list may be narrowed by; with a group, what of it is shown. */
  filter: z.strictObject({ ...filterShape, group: groupRef.optional(), by: z.enum(groupings).optional() }).optional(),
}

/** Which messages a person means, and what else an action is told. Exactly one of ids, group and filter is given. */
export const selectionWith = <S extends z.ZodRawShape>(more: S) =>
  z.strictObject({ ...selectionShape, ...more }).check((check) => {
    const { ids, group, filter } = check.value as Selection
    if ([ids, group, filter].filter((one) => one !== undefined).length !== 1)
      check.issues.push({ code: 'custom', input: check.value, message: 'give exactly one of ids, group and filter' })
  })

export interface Selection {
  readonly ids?: readonly string[] | undefined
  readonly group?: string | undefined
  readonly filter?: Filter | undefined
}

export const filterOf = ({ ids, group, filter }: Selection): Filter => ({ ...filter, ids, group: group ?? filter?.group })

/** As it is written down: ten thousand ids are nothing to read. */
export const describeSelection = ({ ids, group, filter }: Selection): object =>
  ids === undefined
    ? { ...(group !== undefined && { group }), ...(filter !== undefined && { filter }) }
    : { ids: ids.slice(0, 20), count: ids.length }
