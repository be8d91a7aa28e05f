import { type Masked, masked, maskedJson, type OpenTexts, openTexts } from '../pii/mask.ts'
import type { ReadBody } from './readBody.ts'

/** What readers see of a body, and what is hidden in it. Of one that nobody can read, nothing. */
export function seenBody(body: ReadBody): Masked {
  if ('problem' in body) return { data: null, personal: [], isMasked: false }
  return body.schema === undefined ? maskedJson(body.data) : masked(body.data, body.schema)
}

/** What the same body is found by, and what is hidden in it. */
export const openBody = (body: ReadBody): OpenTexts =>
  'problem' in body ? { texts: [], others: [], personal: [] } : openTexts(body.data, body.schema)
