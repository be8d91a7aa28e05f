import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { board } from '../grafana/board.ts'
import { felt, levelled, sent } from './load/curves.ts'
import { result } from './load/result.ts'

/** Before and behind the queue, side by side: what a campaign wants to show. */
export const load = (): Dashboard =>
  board({
    name: 'load',
    title: 'load campaign',
    description: 'What a load campaign sent, what customers felt, and what the queue took upon itself. Its phases are marked.',
    rows: [result(), felt(), levelled(), sent()],
  })
