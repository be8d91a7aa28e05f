/** What a person at the terminal sees of work that takes its time. */
export interface Progress {
  readonly print: (line: string) => void
  /** Awaits the work. Whenever nothing was printed for 4.5 s meanwhile, prints `… still <what> (12 s)`. @param what a verb and its object: `starting Kafka` */
  readonly during: <T>(what: string, work: Promise<T>) => Promise<T>
}

/** @param write where lines go; the terminal if not given */
export function progress(write?: (line: string) => void): Progress
