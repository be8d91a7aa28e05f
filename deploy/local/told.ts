import { Problem } from './problem.ts'

/** Runs a command about one service, named on the command line; what a person can settle is said in a line. */
export async function told(command: string, work: (service: string) => Promise<void>): Promise<void> {
  const service = process.argv[2]
  try {
    if (!service) throw new Problem(`Which service? For example: npm run ${command} billing`)
    await work(service)
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error)
    process.exitCode = 1
  }
}
