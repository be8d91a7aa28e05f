import type { Context } from 'koa'

/**
 * Where the shop is, on the same machine: under the name by which the browser found this page. A Host that is none is not
 * written into it.
 */
export const shopAt = ({ hostname }: Pick<Context, 'hostname'>, port: number): string =>
  `http://${/^[\w.-]+$/.test(hostname) ? hostname : 'localhost'}:${port}`
