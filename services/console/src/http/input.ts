import type { Context } from 'koa'
import type { z } from 'zod'
import { badRequest } from './problem.ts'

/** The parameters behind the `?`. @throws Problem 400 naming each that cannot be used */
export function queryOf<S extends z.ZodType>(ctx: Context, schema: S): z.infer<S> {
  const given = new URLSearchParams(ctx.querystring)
  const twice = [...new Set(given.keys())].filter((name) => given.getAll(name).length > 1)
  if (twice.length > 0) throw badRequest(twice.map((path) => ({ path, message: 'is given more than once' })))
  return read(schema, Object.fromEntries(given))
}

/** The JSON body. @throws Problem 400 naming each field that cannot be used */
export function bodyOf<S extends z.ZodType>(ctx: Context, schema: S): z.infer<S> {
  return read(schema, ctx.request.body)
}

function read<S extends z.ZodType>(schema: S, given: unknown): z.infer<S> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw badRequest(parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })))
}
