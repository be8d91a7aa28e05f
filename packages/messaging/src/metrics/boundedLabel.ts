/** Values that come from anywhere as a label: after that many different ones all others are "other". */
export function boundedLabel(limit: number): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    if (!seen.has(value) && seen.size >= limit) return 'other'
    seen.add(value)
    return value
  }
}
