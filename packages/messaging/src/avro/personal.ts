/**
 * Whether a field is named like something about a person: `name`, `email`, `deliveryAddresses`. A word of the name counts, a part
 * of a word does not, as in `filename`.
 */
export const looksPersonal = (name: string): boolean =>
  name.split(/[^a-zA-Z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).some((word) => personalWord.test(word))

const personalWord = /^(?:email|(?:first|last|sur)?name|address|(?:tele)?phone)(?:e?s)?$/i
