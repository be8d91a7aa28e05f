/** Where an axis ends, and how far its lines are apart. */
export interface Scale {
  readonly max: number
  readonly interval: number
}

const most = 5
/** Round numbers of hours and minutes are others than those of tens. */
const ofTime = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]

/** A few round steps up to the highest value. */
export function scaleFor(highest: number, unit: string): Scale {
  if (!(highest > 0) || unit === 'bool_on_off') return { max: 1, interval: 1 }
  // Half a member is none.
  const least = Number.isInteger(highest) ? 1 : 0
  const interval = Math.max(least, stepFor(highest / most, unit))
  return { max: interval * Math.ceil((highest / interval) * 1.02), interval }
}

function stepFor(least: number, unit: string): number {
  if (unit === 's' && least > 1) return ofTime.find((step) => step >= least) ?? round(least, 10)
  if (unit === 'bytes') return 2 ** Math.ceil(Math.log2(least))
  return round(least, 10)
}

/** The next of 1, 2, 2.5 and 5 times a power. */
function round(least: number, base: number): number {
  const power = base ** Math.floor(Math.log10(least) / Math.log10(base))
  return power * ([1, 2, 2.5, 5, base].find((step) => step * power >= least * 0.999) ?? base)
}
