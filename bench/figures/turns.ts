import { parseArgs } from 'node:util'

interface TurnOptions {
  readonly messages: number
  readonly rounds: number
  /** Whether the run is to be kept in the repository. */
  readonly save: boolean
}

/** What a benchmark is told in which several things take turns. */
export function turnOptions(): TurnOptions {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '40000' },
      rounds: { type: 'string', default: '9' },
      save: { type: 'boolean', default: false },
    },
  })
  return { ...values, messages: Number(values.messages), rounds: Number(values.rounds) }
}

/**
 * Lets all of them run once a round, in an order that changes: so who comes first or last has no advantage over all.
 * @param says a run's figures, for whoever waits
 * @returns by name, in the order of the rounds
 */
export async function inTurns<Named extends { readonly name: string }, Figures>(
  rounds: number,
  all: readonly Named[],
  run: (each: Named, round: number) => Promise<Figures>,
  says: (figures: Figures) => string,
): Promise<Record<string, Figures[]>> {
  const results: Record<string, Figures[]> = Object.fromEntries(all.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++)
    for (const each of round % 2 === 1 ? all : all.toReversed()) {
      const figures = await run(each, round)
      console.error(`round ${round}, ${each.name}: ${says(figures)}`)
      results[each.name]?.push(figures)
    }
  return results
}

/** One figure of all runs, by name. */
export const each = <Figures>(
  results: Readonly<Record<string, readonly Figures[]>>,
  figure: (of: Figures) => number,
): Record<string, number[]> => Object.fromEntries(Object.entries(results).map(([name, runs]) => [name, runs.map(figure)]))
