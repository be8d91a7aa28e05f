import type { Campaign } from '../campaigns/campaign.ts'
import { phaseAt } from '../campaigns/phases.ts'

/** For Prometheus: 1 for the phase of this second, 0 for all others. */
export function phaseMetrics({ name, phases }: Pick<Campaign, 'name' | 'phases'>, second: number): string {
  const now = second < 0 ? undefined : phaseAt(phases, second)
  const lines = [...phases.map((phase) => phase.name), 'drain'].map(
    (phase) => `petrel_load_phase{campaign="${name}",phase="${phase}"} ${phase === now ? 1 : 0}`,
  )
  return ['# HELP petrel_load_phase Whether the campaign is in this phase.', '# TYPE petrel_load_phase gauge', ...lines, ''].join(
    '\n',
  )
}
