import type { Plan } from '../runner/plan.ts'

/** What the runner has planned; read once by every virtual customer. */
export const plan = JSON.parse(__ENV['PLAN'] ?? '{}') as Plan

/** What `setup` tells all others. */
export interface Shelves {
  readonly skus: readonly string[]
}
