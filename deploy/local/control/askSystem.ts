import { START_PID } from '../folders.ts'
import { Problem } from '../problem.ts'
import { holderOf } from '../processes/pidFile.ts'
import { readEnvironmentFile } from '../shop/environmentFile.ts'
import type { Controls } from './controlServer.ts'

/** Has the running system do something to a service. @returns its answer @throws Problem when it cannot, or does not run */
export async function askSystem(action: keyof Controls['actions'], service: string): Promise<string> {
  if (holderOf(START_PID) === undefined) throw new Problem('The local system does not run. Start it first: npm start')
  const { LOCAL_CONTROL_URL } = await readEnvironmentFile()
  const response = await fetch(`${LOCAL_CONTROL_URL}/services/${encodeURIComponent(service)}/${action}`, {
    method: 'POST',
  }).catch((error: unknown) => {
    throw new Problem('The local system is still starting, or is stopping. Try again when it says "Up after".', { cause: error })
  })
  const { message } = (await response.json()) as { message: string }
  if (!response.ok) throw new Problem(message)
  return message
}
