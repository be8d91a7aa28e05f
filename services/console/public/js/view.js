import { createContext, Fragment, h, render } from '../vendor/preact.js'
import htm from '../vendor/htm.js'

/** Markup as a template: html`<b class="num">${count}</b>`. Values go in as text, never as HTML. */
export const html = htm.bind(h)

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
