import { Problem } from '@petrel/pages'
import { z } from 'zod'
import type { FaultSwitch } from './port.ts'

/** Starting a service may take its time on a busy machine. */
const longestMs = 60_000

const Services = z.object({
  services: z.array(z.object({ name: z.string(), isRunning: z.boolean(), fault: z.string().nullable(), canBreak: z.boolean() })),
})
const Answer = z.object({ message: z.string() })

/** By the process that runs the whole system on one machine, `npm start`. @param url its LOCAL_CONTROL_URL @param self cannot be stopped: nobody could start it from here */
export function localSwitch(url: string, self = 'console'): FaultSwitch {
  const act = async (service: string, action: string, body: string | null = null) => {
    const response = await ask(new URL(`/services/${encodeURIComponent(service)}/${action}`, url), { method: 'POST', body })
    const { message } = Answer.parse(await response.json())
    if (!response.ok) throw new Problem({ status: 409, title: `Could not ${action} ${service}`, detail: message })
    return message
  }
  return {
    how: 'local',
    async services() {
      const { services } = Services.parse(await (await ask(new URL('/services', url))).json())
      return services.map((service) => ({ ...service, canStop: service.name !== self }))
    },
    setFault: (service, fault) => (fault === null ? act(service, 'mend') : act(service, 'break', fault)),
    async setPresence(service, presence) {
      if (service !== self) return act(service, presence)
      throw new Problem({
        status: 409,
        title: `Could not ${presence} ${service}`,
        detail: `This page is the ${service}: nobody could start it from here again. In a terminal: npm run stop ${service}`,
      })
    },
  }
}

async function ask(url: URL, options: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(longestMs) })
  } catch (error) {
    const detail = 'The process that runs this system (npm start) does not answer. Ask again when it does.'
    throw new Problem({ status: 503, title: 'Nothing can be broken at the moment', detail, retryAfter: 2 }, { cause: error })
  }
}
