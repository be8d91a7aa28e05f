import { svg } from './dom.js'

/** A shape for each state of a step, so that it needs no colour. */
const paths = {
  done: 'M3 8.5l3.5 3.5L13 5',
  now: 'M8 2a6 6 0 1 1-6 6',
  late: 'M8 4v4.5l3 2',
  stuck: 'M8 3v6.5M8 12.6v.4',
  failed: 'M4 4l8 8M12 4l-8 8',
  undone: 'M6 4L3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7',
  skipped: 'M4 8h8',
}

export const stateWords = {
  done: 'done',
  now: 'in progress',
  late: 'waiting',
  stuck: 'needs a person',
  failed: 'failed',
  undone: 'taken back',
  skipped: 'not needed',
  idle: 'to come',
}

export const mark = (state) => (paths[state] === undefined ? '' : svg('0 0 16 16', ['path', { d: paths[state] }]))
