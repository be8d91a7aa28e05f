import type { Shop } from '../../test/support/shop.ts'

/** Of the services that run now, by name. */
export const servicePids = (running: Shop['running']): Record<string, number> =>
  Object.fromEntries([...running].map(([name, { pid }]) => [name, pid]))
