import { selectionOfGroup } from '../filters.js'
import { focusedRow, useKeys } from '../keys.js'
import { askArchive } from '../parts/archive.js'
import { askReplay } from '../parts/replay.js'
import { Empty, Fresh, Pill, Tick, TroubleBox, Waiting, When } from '../parts/small.js'
import { useCalmList } from '../resource.js'
import { useMay } from '../summary.js'
import { html, useState } from '../view.js'
import { counted, failureStates, plural, shortType } from '../words.js'
import { toggled } from './picking.js'

/** The groups of what is shown. What one is about to click does not move: new groups wait until they are asked for. */
export function Groups({ by, filter, groups, chosen }) {
  const { rows, fresh, showFresh } = useCalmList(groups.path, groups.data?.items)
  const [selected, setSelected] = useState(() => new Set())
  const may = useMay('operator')
  const there = rows.filter(({ isGone }) => !isGone).map(({ item }) => item)
  const picked = there.filter(({ id }) => selected.has(id))
  const toggle = (id) => setSelected((before) => toggled(before, id))
  const clear = () => setSelected(new Set())
  const about = (items) => items.map((item) => selectionOfGroup(item.id, item.by, filter))
  const wanted = () => (picked.length > 0 ? picked : there.filter(({ id }) => id === (focusedRow() ?? chosen)))
  const countOf = (items) => items.reduce((sum, { count }) => sum + count, 0)
  useKeys({
    ...(may && {
      r: [
        'replay the groups that are selected, or this one',
        () => wanted().length > 0 && askReplay(about(wanted()), { onSent: clear }),
      ],
      a: [
        'archive the groups that are selected, or this one',
        () => wanted().length > 0 && askArchive(about(wanted()), countOf(wanted()), { onDone: clear }),
      ],
    }),
    Escape: ['clear the selection', clear],
  })
  const total = countOf(there)
  return html`<section class="card groups" aria-label="Groups">
    <div class="list-head">
      ${
        may &&
        html`<${Tick}
          label="Select all groups"
          isOn=${picked.length > 0 && picked.length === there.length}
          onChange=${() => (picked.length === there.length ? clear() : setSelected(new Set(there.map(({ id }) => id))))}
        />`
      }
      ${
        picked.length === 0
          ? html`<span class="muted num"
              >${groups.data === undefined ? '' : `${plural(there.length, 'group')} · ${plural(total, 'message')}`}</span
            >`
          : html`<span class="num"><b>${plural(picked.length, 'group')}</b> · ${plural(countOf(picked), 'message')}</span>
              <span class="spring"></span>
              <button type="button" class="small" onClick=${() => askReplay(about(picked), { onSent: clear })}>
                Replay ${counted(countOf(picked))}
              </button>
              <button type="button" class="small" onClick=${() => askArchive(about(picked), countOf(picked), { onDone: clear })}>
                Archive ${counted(countOf(picked))}
              </button>`
      }
      ${picked.length === 0 && html`<span class="spring"></span>`}<${Fresh}
        count=${fresh}
        what=${fresh === 1 ? 'group' : 'groups'}
        onShow=${showFresh}
      />
    </div>
    <${TroubleBox} error=${groups.error} reload=${groups.reload} />
    ${groups.data === undefined && groups.error === undefined && html`<${Waiting} rows=${4} />`}
    ${groups.data !== undefined && rows.length === 0 && html`<${NothingFailed} filter=${filter} />`}
    <ul data-rows>
      ${rows.map(
        ({ item, isGone }) =>
          html`<${Group}
            key=${item.id}
            group=${item}
            by=${by}
            isGone=${isGone}
            isChosen=${item.id === chosen}
            may=${may}
            isSelected=${selected.has(item.id)}
            toggle=${toggle}
          />`,
      )}
    </ul>
  </section>`
}

export function NothingFailed({ filter }) {
  const isPlain = Object.keys(filter).every((name) => name === 'state') && filter.state?.startsWith('unresolved')
  return isPlain
    ? html`<${Empty} title="Nothing failed"
        >A message that fails at all its tries appears here. To see one: <code>npm run break sales</code>, and place an order.<//
      >`
    : html`<${Empty} title="No message is like this"
        >Look for something else, or <a href="/failures">show all that are open</a>.<//
      >`
}

/** What a group is called: by the error of its newest message, where it is about one. */
export const titleOf = ({ by, title, errorType, errorMessage }) =>
  by === 'error' && errorType !== null ? `${errorType}: ${errorMessage}` : title

/** The state of most of a group. */
export function groupState({ states }, isGone) {
  if (isGone) return ['ok', 'none left']
  const present = Object.entries(states ?? {}).filter(([, count]) => count > 0)
  if (present.length === 0) return failureStates.unresolved
  if (present.length === 1) return failureStates[present[0][0]]
  const [kind] = failureStates[present.some(([state]) => state === 'unresolved') ? 'unresolved' : present[0][0]]
  return [kind, present.map(([state, count]) => `${counted(count)} ${failureStates[state][1]}`).join(', ')]
}

function Group({ group, by, isGone, isChosen, isSelected, toggle, may }) {
  const [kind, word] = groupState(group, isGone)
  const address = new URLSearchParams(location.search)
  address.set('group', group.id)
  return html`<li class="group ${isChosen ? 'sel' : ''} ${isGone ? 'gone' : ''}" data-row=${group.id}>
    ${may ? html`<${Tick} label="Select ${titleOf(group)}" isOn=${isSelected} disabled=${isGone} onChange=${() => toggle(group.id)} />` : html`<span></span>`}
    <div class="what">
      <a class="title" data-go href="/failures?${address}" aria-current=${isChosen ? 'true' : undefined}>${titleOf(group)}</a>
      ${
        by === 'error'
          ? html`<p class="muted">
              ${group.endpoint} ·
              ${group.handler ?? (group.type === null ? 'several types' : shortType(group.type))}${group.frame && html` · <span class="mono">${group.frame}</span>`}
            </p>`
          : html`<p class="muted">
              ${[by !== 'endpoint' && group.endpoint, by !== 'type' && group.type && shortType(group.type), by !== 'errorType' && group.errorType].filter(Boolean).join(' · ')}
            </p>`
      }
      <p class="muted small">
        first <${When} at=${group.firstFailedAt} /> · last
        <${When}
          at=${group.lastFailedAt}
        />${group.failedAgain > 0 && html` · <span class="again">${counted(group.failedAgain)} failed again after a replay</span>`}${group.note && html` · note`}
      </p>
    </div>
    <div class="count">
      <div class="n num">${isGone ? '0' : counted(group.count)}</div>
      <${Pill} kind=${kind}>${word}<//>
    </div>
  </li>`
}
