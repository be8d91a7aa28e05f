import { notFound } from '@petrel/pages'
import type { Context } from 'koa'
import { z } from 'zod'

/** The id in an address. @throws Problem 404 when it is none */
export function failureIdIn(ctx: Context & { readonly params: Readonly<Record<string, string>> }): string {
  const id = z.uuid().safeParse(ctx.params['id']).data
  if (id === undefined) throw notFound(`There is no failure ${ctx.params['id']}: an id is a UUID.`)
  return id
}
