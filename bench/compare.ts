// What changed since the kept run, in CPU a message and CPU an order.
//   npm run bench -- compare
// Takes the last runs of this commit; what was not run yet, or was with changes that are not committed, is measured now.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { changeOf, type Change, machinesDiffer } from './figures/change.ts'
import { isNow } from './figures/machine.ts'
import { readRun, type Run } from './figures/runs.ts'
import { median } from './figures/statistics.ts'
import { allCpu } from './effectsOnce/contender.ts'
import { cpuRatio, pairedRatios, type Results } from './effectsOnce/ratios.ts'
import { type FiguresByLoad, totalCpuMs } from './shop/figures.ts'

compare('effects-once', 'effectsOnce.ts', changesOfEffectsOnce)
compare('shop', 'shop.ts', changesOfShop)

function compare<Figures>(benchmark: string, file: string, changes: (now: Figures, kept: Figures) => Change[]): void {
  const kept = readRun<Figures>('kept', benchmark)
  if (kept === undefined) return console.log(`\n${benchmark}: no run is kept. To keep one: npm run bench -- ${benchmark} --save`)
  const now = runOfNow<Figures>(benchmark, file)
  console.log(`\n${benchmark}: commit ${now.commit} beside ${kept.commit}, which was measured on ${kept.at.slice(0, 10)}`)
  for (const change of changes(now.figures, kept.figures)) console.log(`  ${changeOf(change)}`)
  const difference = machinesDiffer(now.machine, kept.machine)
  if (difference !== undefined) console.log(`  ${difference}`)
}

function runOfNow<Figures>(benchmark: string, file: string): Run<Figures> {
  const last = readRun<Figures>('last', benchmark)
  if (last !== undefined && isNow(last.commit)) return last
  console.error(`${benchmark} was not measured at this commit; measuring now …`)
  const { status } = spawnSync(process.execPath, [...process.execArgv, join(import.meta.dirname, file)], { stdio: 'inherit' })
  const measured = readRun<Figures>('last', benchmark)
  if (status !== 0 || measured === undefined) throw new Error(`${benchmark} could not be measured.`)
  return measured
}

function changesOfEffectsOnce(now: Results, kept: Results): Change[] {
  const others = Object.keys(now).filter((name) => name !== 'Petrel' && name in kept)
  return [
    { what: 'Petrel', unit: 'µs of CPU a message, all processes', now: cpuOfPetrel(now), kept: cpuOfPetrel(kept) },
    ...others.map((name) => ({
      what: `Petrel beside "${name}"`,
      unit: 'of its CPU a message',
      now: beside(now, name),
      kept: beside(kept, name),
    })),
  ]
}

function cpuOfPetrel({ Petrel = [] }: Results): number {
  return median(Petrel.map(allCpu))
}

function beside({ Petrel = [], ...others }: Results, name: string): number {
  return 1 / median(pairedRatios(Petrel, others[name] ?? [], cpuRatio))
}

function changesOfShop(now: FiguresByLoad, kept: FiguresByLoad): Change[] {
  return Object.entries(now).flatMap(([load, figures]) => {
    const before = kept[load]
    if (before === undefined) return []
    const size = figures.orders === before.orders ? `${figures.orders}` : `${figures.orders}, then ${before.orders}`
    const unit = 'ms of CPU an order, all processes'
    return [{ what: `${figures.load} (${size} orders)`, unit, now: totalCpuMs(figures), kept: totalCpuMs(before) }]
  })
}
