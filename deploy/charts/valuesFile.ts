import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml'

/** A value that a chart knows. */
export interface Value {
  readonly path: readonly string[]
  /** What stands above it. */
  readonly description: string
  /** As JSON; undefined for a group, whose values have defaults of their own. */
  readonly byDefault: string | undefined
}

/** What a values.yaml knows, in its order. A map is a group when somebody has described what is in it. */
export function valuesOf(yaml: string): Value[] {
  const { contents } = parseDocument(yaml)
  return isMap(contents) ? inMap(contents, []) : []
}

function inMap(map: YAMLMap, path: readonly string[]): Value[] {
  return map.items.flatMap((pair, index) => {
    // The parser gives the comment above a map's first key to the map.
    const comment = commentOf(pair) ?? (index === 0 ? map.commentBefore : undefined)
    return described(pair, [...path, nameOf(pair)], lastParagraph(comment ?? ''))
  })
}

function described({ value }: Pair, path: readonly string[], description: string): Value[] {
  const inside = isMap(value) && value.items.length > 0 ? inMap(value, path) : []
  const isGroup = inside.some((each) => each.description !== '')
  if (!isGroup) return [{ path, description, byDefault: JSON.stringify(plain(value)) }]
  return description === '' ? inside : [{ path, description, byDefault: undefined }, ...inside]
}

const nameOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '')
const commentOf = ({ key }: Pair): string | null | undefined => (isScalar(key) ? key.commentBefore : undefined)
const plain = (node: unknown): unknown => (node as { toJSON(): unknown } | null)?.toJSON() ?? null

/** What is further above is about the file. */
const lastParagraph = (comment: string): string =>
  (comment.split(/\n\s*\n/).at(-1) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
