// Plain JavaScript without dependencies: bootstrap.mjs runs it with the system's Node while npm still installs.

/** After five silent seconds a person believes that it hangs. */
const LONGEST_SILENCE_MS = 4500

/** Prints lines, and what is still being done whenever nothing was printed for some seconds. */
export function progress(write = (line) => console.log(line)) {
  const tasks = new Set()
  let printedAt = Date.now()
  let timer

  function print(line) {
    printedAt = Date.now()
    write(line)
  }

  function watch() {
    clearTimeout(timer)
    if (tasks.size > 0) timer = setTimeout(breakSilence, printedAt + LONGEST_SILENCE_MS - Date.now())
  }

  function breakSilence() {
    const isSilent = Date.now() - printedAt >= LONGEST_SILENCE_MS
    if (isSilent) print(`  … still ${namesOf([...tasks])} (${secondsSince([...tasks][0].began)} s)`)
    watch()
  }

  async function during(what, work) {
    const task = { what, began: Date.now() }
    tasks.add(task)
    watch()
    try {
      return await work
    } finally {
      tasks.delete(task)
      watch()
    }
  }

  return { print, during }
}

/** `starting Kafka` and `starting PostgreSQL` are `starting Kafka, PostgreSQL`. */
function namesOf(tasks) {
  const objects = new Map()
  for (const { what } of tasks) {
    const [verb, ...object] = what.split(' ')
    objects.set(verb, [...(objects.get(verb) ?? []), object.join(' ')])
  }
  return [...objects].map(([verb, names]) => `${verb} ${names.join(', ')}`).join(', ')
}

const secondsSince = (time) => Math.round((Date.now() - time) / 1000)
