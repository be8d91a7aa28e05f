import { z } from 'zod'
import { type Supplied, suppliedFile, suppliedText } from './supplied.ts'

/** Reads an environment's variables, and takes down all that is wrong with them. */
export interface Variables {
  /** The text of a variable, or of the file that `<name>_FILE` names; undefined when neither is set. An empty one counts as none. */
  supplied(this: void, name: string): Supplied | undefined
  /** The same, where there must be one. */
  needed(this: void, name: string): Supplied
  /** The same, for what is read once, at the start. */
  text(this: void, name: string): string | undefined
  /** One of some words, whatever their case. */
  choice<C extends string>(this: void, name: string, choices: readonly C[]): C | undefined
  /** Takes down what is wrong with a variable. The message never has its value. */
  wrong(this: void, name: string, message: string): void
}

/**
 * A schema of variables that depend on each other. It reads a whole environment, so it joins other schemas with `and`, and
 * one error names everything that is wrong in all of them.
 */
export const fromEnvironment = <T>(read: (variables: Variables) => T) =>
  // A record would refuse `process.env`, which is no plain object.
  z.looseObject({}).transform((environment, context): T => {
    const wrong: Variables['wrong'] = (name, message) =>
      context.issues.push({ code: 'custom', path: [name], message, input: undefined })
    return read(variablesOf(environment, wrong))
  })

/** @param wrong is told what is wrong with which variable */
export function variablesOf(environment: Readonly<Record<string, unknown>>, wrong: Variables['wrong']): Variables {
  const set = (name: string): string | undefined => {
    const value = environment[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const supplied = (name: string): Supplied | undefined => {
    const [text, path] = [set(name), set(`${name}_FILE`)]
    if (text !== undefined && path !== undefined) wrong(name, `set either it or ${name}_FILE`)
    if (path === undefined) return text === undefined ? undefined : suppliedText(name, text)
    return readable(suppliedFile(`${name}_FILE`, path), wrong)
  }
  return {
    supplied,
    wrong,
    needed(name) {
      if (set(name) === undefined && set(`${name}_FILE`) === undefined) wrong(name, `is needed, or ${name}_FILE`)
      return supplied(name) ?? suppliedText(name, '')
    },
    text: (name) => supplied(name)?.read(),
    choice<C extends string>(name: string, choices: readonly C[]) {
      const chosen = set(name)
      const choice = choices.find((each) => each.toUpperCase() === chosen?.toUpperCase())
      if (chosen !== undefined && choice === undefined) wrong(name, `must be one of ${choices.join(', ')}`)
      return choice
    },
  }
}

function readable(supplied: Supplied, wrong: Variables['wrong']): Supplied | undefined {
  try {
    if (supplied.read() !== '') return supplied
    wrong(supplied.variable, 'the file is empty')
  } catch (error) {
    wrong(supplied.variable, (error as Error).message.replace(`${supplied.variable}: `, ''))
  }
  return undefined
}
