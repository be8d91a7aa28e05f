import { html } from '../view.js'
import { emptyOf, hidden, shapeOf } from './avro.js'

/** The fields of a record. @param errors path → what is wrong there */
export function RecordForm({ shape, value, path, errors, onChange }) {
  return html`<div class="record">
    ${shape.fields.map(
      ({ name, doc, isPersonal, shape: inner }) =>
        html`<${Part}
          key=${name}
          label=${name}
          doc=${doc}
          isPersonal=${isPersonal}
          shape=${inner}
          value=${value?.[name]}
          path=${`${path}/${name}`}
          errors=${errors}
          onChange=${(next) => onChange({ ...value, [name]: next })}
        />`,
    )}
  </div>`
}

/** One field: its name, what it is for, and the control that its type wants. */
function Part({ label, doc, isPersonal, shape, value, path, errors, onChange, remove }) {
  const id = `f${path.replaceAll('/', '-')}`
  const wrong = errors.get(path)
  const isGroup = ['record', 'array', 'map', 'again'].includes(shape.kind)
  const isMissing = value === null || value === undefined
  const head = html`${label}${isPersonal && html` <small class="personal">personal</small>`}`
  const more = html`${shape.mayBeNull && html`<label class="check small"><input type="checkbox" aria-label="${label}: has a value" checked=${!isMissing} onChange=${(event) => onChange(event.currentTarget.checked ? emptyOf({ ...shape, mayBeNull: false }) : null)} /><span>${isMissing ? 'null' : 'has a value'}</span></label>`}${remove}`
  const notes = html`${doc && html`<small class="muted" id="${id}-doc">${doc}</small>`}<small class="wrong" id="${id}-wrong"
      >${wrong}</small
    >`
  if (value === hidden && shape.kind !== 'text')
    return html`<div class="part field" data-path=${path}>
      <span class="line"
        ><span>${head}</span
        ><button type="button" class="quiet small" onClick=${() => onChange(emptyOf({ ...shape, mayBeNull: false }))}>
          Write another
        </button></span
      >
      <p class="muted">It is hidden, and stays as it is.</p>
      ${notes}
    </div>`
  if (isGroup)
    return html`<fieldset class="part" data-path=${path}>
      <legend>${head} ${more}</legend>
      ${notes}${!isMissing && html`<${Group} shape=${shape} value=${value} path=${path} errors=${errors} onChange=${onChange} />`}
    </fieldset>`
  return html`<div class="part field" data-path=${path}>
    <span class="line"><label for=${id}>${head}</label>${more}</span>
    ${!isMissing && html`<${Control} id=${id} shape=${shape} value=${value} isWrong=${wrong !== undefined} onChange=${onChange} />`}
    ${notes}
  </div>`
}

function Group({ shape, value, path, errors, onChange }) {
  if (shape.kind === 'again')
    return html`<${Group}
      shape=${shapeOf(shape.schema, shape.names)}
      value=${value}
      path=${path}
      errors=${errors}
      onChange=${onChange}
    />`
  if (shape.kind === 'record')
    return html`<${RecordForm} shape=${shape} value=${value} path=${path} errors=${errors} onChange=${onChange} />`
  return shape.kind === 'array'
    ? html`<${List} ...${{ shape, value, path, errors, onChange }} />`
    : html`<${Named} ...${{ shape, value, path, errors, onChange }} />`
}

function List({ shape: { items }, value, path, errors, onChange }) {
  const without = (at) => value.filter((_, index) => index !== at)
  return html`<div class="list-of">
    ${value.map(
      (item, at) =>
        html`<${Part}
          key=${at}
          label=${String(at + 1)}
          shape=${items}
          value=${item}
          path=${`${path}/${at}`}
          errors=${errors}
          onChange=${(next) => onChange(value.with(at, next))}
          remove=${html`<button type="button" class="quiet small" aria-label="Remove ${at + 1}" onClick=${() => onChange(without(at))}>Remove</button>`}
        />`,
    )}<button type="button" class="small" onClick=${() => onChange([...value, emptyOf(items)])}>Add one</button>
  </div>`
}

function Named({ shape: { values }, value, path, errors, onChange }) {
  const entries = Object.entries(value)
  const without = (key) => Object.fromEntries(entries.filter(([each]) => each !== key))
  const add = (event) => {
    event.preventDefault()
    const field = event.currentTarget.previousElementSibling
    if (field.value !== '' && value[field.value] === undefined) onChange({ ...value, [field.value]: emptyOf(values) })
    field.value = ''
  }
  return html`<div class="list-of">
    ${entries.map(
      ([key, item]) =>
        html`<${Part}
          key=${key}
          label=${key}
          shape=${values}
          value=${item}
          path=${`${path}/${key}`}
          errors=${errors}
          onChange=${(next) => onChange({ ...value, [key]: next })}
          remove=${html`<button type="button" class="quiet small" aria-label="Remove ${key}" onClick=${() => onChange(without(key))}>Remove</button>`}
        />`,
    )}<span class="line"
      ><input aria-label="Name of what is added" autocomplete="off" /><button type="button" class="small" onClick=${add}>
        Add it
      </button></span
    >
  </div>`
}

function Control({ id, shape, value, isWrong, onChange }) {
  const common = { id, 'aria-invalid': isWrong ? 'true' : undefined, 'aria-describedby': `${id}-doc ${id}-wrong` }
  const text = (event) => onChange(event.currentTarget.value)
  if (shape.kind === 'boolean')
    return html`<label class="check"
      ><input type="checkbox" ...${common} checked=${value} onChange=${(event) => onChange(event.currentTarget.checked)} /><span
        >${value ? 'true' : 'false'}</span
      ></label
    >`
  if (shape.kind === 'enum')
    return html`<select ...${common} value=${value} onChange=${text}>
      ${shape.symbols.map((symbol) => html`<option key=${symbol} value=${symbol} selected=${symbol === value}>${symbol}</option>`)}
    </select>`
  if (shape.kind === 'number')
    return html`<input
      ...${common}
      inputmode=${shape.isWhole ? 'numeric' : 'decimal'}
      autocomplete="off"
      value=${value}
      onInput=${(event) => onChange(numberFrom(event.currentTarget.value))}
    />`
  if (shape.kind === 'choice' || shape.kind === 'null')
    return html`<p class="muted small">A union of several types: change it as JSON.</p>`
  if (typeof value === 'string' && (value.length > 80 || value.includes('\n')))
    return html`<textarea ...${common} rows="4" value=${value} onInput=${text}></textarea>`
  return html`<input
    ...${common}
    class=${shape.kind === 'bytes' ? 'mono' : ''}
    autocomplete="off"
    spellcheck="false"
    value=${value}
    onInput=${text}
  />`
}

/** What is no number stays text, and is said to be none. */
function numberFrom(text) {
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) || !Number.isSafeInteger(Math.trunc(number)) ? text : number
}
