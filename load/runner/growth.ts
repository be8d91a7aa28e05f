import type { Tick } from './series.ts'

/** What is more at the end of a campaign than it was; undefined is what could not be seen. */
export interface Growth {
  /** Memory of all processes in the last quarter, in parts of what it was in the second: by then they are warm. */
  readonly memory: number | undefined
  /** Rows that the inboxes have got, for each order that was accepted. They stay for days, so there are ever more; but not more for an order. */
  readonly inboxRowsAnOrder: number | undefined
}

type Held = Pick<Tick, 'memoryBytes' | 'inboxRows'>

/** @param ticks of the seconds in which customers came, and of the drain @param seconds for how long they came */
export function growthOf(ticks: readonly Held[], seconds: number, accepted: number): Growth {
  const quarter = (number: number) => ticks.slice(Math.floor((seconds * number) / 4), Math.floor((seconds * (number + 1)) / 4))
  const [warm, late] = [leastMemory(quarter(1)), leastMemory(quarter(3))]
  const rows = ticks.flatMap(({ inboxRows }) => inboxRows ?? [])
  const added = (rows.at(-1) ?? 0) - (rows[0] ?? 0)
  return {
    memory: warm === undefined || late === undefined ? undefined : late / warm,
    inboxRowsAnOrder: rows.length < 2 || accepted === 0 ? undefined : added / accepted,
  }
}

/** Between two collections it goes up and down; what is really held is the least. */
function leastMemory(ticks: readonly Held[]): number | undefined {
  const seen = ticks.flatMap(({ memoryBytes }) => memoryBytes ?? [])
  return seen.length === 0 ? undefined : Math.min(...seen)
}
