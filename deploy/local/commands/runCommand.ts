import { askSystem } from '../control/askSystem.ts'
import type { Controls } from '../control/controlServer.ts'
import { Problem } from '../problem.ts'

/** Runs a command about one service, named on the command line. What a person can solve is printed without a stack trace. */
export async function runCommand(command: string, action: keyof Controls['actions']): Promise<void> {
  const service = process.argv[2]
  try {
    if (!service) throw new Problem(`Which service? For example: npm run ${command} billing`)
    console.log(await askSystem(action, service))
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error)
    process.exitCode = 1
  }
}
