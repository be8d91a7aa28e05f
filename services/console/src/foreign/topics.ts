/** How others mostly call their dead letter topics: Spring (`orders-dlt`, formerly `orders.DLT`), Connect's and Watermill's users. */
export const usualForeignTopics = '*-dlt,*.dlt,*_dlt,*-dlq,*.dlq,*_dlq,dlq-*,*-poison,*.poison,*_poison'

/** A setting with patterns: names with `*` for anything, with commas between them. Upper and lower case are the same. */
export const foreignPatterns = (setting: string): RegExp[] =>
  setting
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '')
    .map(
      (pattern) =>
        new RegExp(`^${pattern.replaceAll(/[^\w-]/g, (character) => (character === '*' ? '.*' : `\\${character}`))}$`, 'i'),
    )

/** @param topic without the prefix */
export const isForeignTopic = (topic: string, patterns: readonly RegExp[]): boolean =>
  patterns.some((pattern) => pattern.test(topic))

/** The endpoint of Petrel whose dead letter topic this is by its name; undefined when it is none. */
export function ownEndpoint(topic: string, prefix: string): string | undefined {
  if (!topic.startsWith(prefix)) return undefined
  return /^([a-z][a-z0-9-]*)\.dlt$/.exec(topic.slice(prefix.length))?.[1]
}
