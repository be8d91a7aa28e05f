import { keepToken } from './api.js'
import { useResource } from './resource.js'
import { createContext, useContext } from './view.js'

/** What every page knows: how many failed, who one is, and what one may do. */
export const Summary = createContext({ data: undefined, error: undefined })

/** @returns the summary; undefined until it has come once */
export const useSummary = () => useContext(Summary).data

/** Asks for the summary, and keeps what protects actions. */
export function useLiveSummary() {
  const resource = useResource('/api/summary', { hints: ['summary', 'failures', 'replay', 'endpoints'] })
  if (resource.data !== undefined) keepToken(resource.data.access.csrf)
  return resource
}

const ranks = ['reader', 'operator', 'admin']

/** Whether a person may do what this role does. Until it is known, nobody may. */
export function useMay(role) {
  const access = useSummary()?.access
  return access !== undefined && ranks.indexOf(access.role) >= ranks.indexOf(role)
}
