/** The part of kafkajs's offsets that says where each partition goes on. Offsets are decimal numbers as text. */
export interface KeepsOffsets {
  readonly resolvedOffsets: Readonly<Record<string, Record<number, string | undefined>>>
  committedOffsets(): Readonly<Record<string, Readonly<Record<number, string>>>>
  nextOffset: (this: KeepsOffsets, topic: string, partition: number) => { toString(): string }
}

/** For each fetch kafkajs makes three objects around bigints of each partition's offset, and a text again in the end. Can go with kafkajs. */
export function keepOffsetsAsText(prototype: KeepsOffsets): void {
  prototype.nextOffset = function (this: KeepsOffsets, topic, partition) {
    const resolved = this.resolvedOffsets[topic] ?? {}
    const offset = (resolved[partition] ||= this.committedOffsets()[topic]?.[partition])
    return offset === undefined || offset === '' || offset.startsWith('-') ? '0' : offset
  }
}
