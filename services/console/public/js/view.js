import { createContext, Fragment, h, render } from '../vendor/preact.js'
import htm from '../vendor/htm.js'

const build = htm.bind(h)
const spaced = new WeakMap()

/** A line break beside words, or after something that stands among words. htm drops it, and so the space between them. */
const softBreak = /(?<=[^<>\s]|<\/(?:a|b|code|del|ins|kbd|label|small|span)>|\/>)\s*\n\s*(?!\s|<\/)|\s*\n\s*(?=[^<>\s])/g

/** Templates are cached by the array of their parts, here and in htm: it must be the same array each time. */
function withSpaces(parts) {
  if (!spaced.has(parts))
    spaced.set(
      parts,
      parts.map((part) => part.replaceAll(softBreak, ' ')),
    )
  return spaced.get(parts)
}

/** Markup as a template: html`<b class="num">${count}</b>`. Values go in as text, never as HTML. */
export const html = (parts, ...values) => build(withSpaces(parts), ...values)

export { createContext, Fragment, h, render }
export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from '../vendor/hooks.js'
