import avsc, { type Type } from 'avsc'

export interface UnionType extends Type {
  readonly types: readonly Type[]
}

export const isUnion = (type: Type): type is UnionType =>
  type instanceof avsc.types.UnwrappedUnionType || type instanceof avsc.types.WrappedUnionType

type TypeHook = NonNullable<avsc.ForSchemaOptions['typeHook']>

/**
 * avsc refuses to read a writer's union unless the reader can read every branch of it. Avro says that only a value of a branch
 * which cannot be read is an error (https://avro.apache.org/docs/1.12.0/specification/#schema-resolution): so here.
 */
export function resolvingByBranch(hook: TypeHook): TypeHook {
  const underWay = new Set<unknown>()
  return (part, options) => {
    if (!Array.isArray(part) || underWay.delete(part)) return hook(part, options)
    underWay.add(part)
    const union = avsc.Type.forSchema(part, options) as UnionType
    // avsc freezes it.
    return Object.create(union, { types: { value: resolvedOneByOne(union.types) } }) as Type
  }
}

/** avsc asks `types.map` for resolvers, with a callback that throws where there is none. */
function resolvedOneByOne(types: readonly Type[]): readonly Type[] {
  const map = (resolverOf: (this: unknown, type: Type, index: number) => unknown, reader: unknown): unknown[] => {
    const errors: unknown[] = []
    const results = types.map((type, index) => {
      try {
        return resolverOf.call(reader, type, index)
      } catch (error) {
        errors.push(error)
        return unreadable(error as Error)
      }
    })
    if (errors.length === types.length) throw errors[0]
    return results
  }
  return Object.assign([...types], { map })
}

// oxlint-disable-next-line no-underscore-dangle -- avsc's name
const unreadable = (why: Error) => ({
  _read(): never {
    throw new TypeError(why.message)
  },
})
