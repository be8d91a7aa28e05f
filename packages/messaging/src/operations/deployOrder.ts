import type { Plan } from './plan.ts'

/** Endpoints that wait for each other: none of them can be deployed first. */
export class CircularSubscription extends Error {
  override readonly name = 'CircularSubscription'

  constructor(circle: readonly string[]) {
    super(
      `${circle.map((name) => `"${name}"`).join(' subscribes to ')}: alone, none of them can be deployed first. ` +
        'Let one send a command to the next instead of listening to its event, or move what listens into an endpoint of its own.',
    )
  }
}

/**
 * In which step each endpoint can be deployed, from 0: an owner in an earlier one than its subscribers, whose deployment
 * looks for the owner's topics. Those of one step need not wait for each other.
 * @throws CircularSubscription, since deployments that run one by one could not end. (`deployAll` of all at once can.)
 */
export function deployOrder(plans: readonly Plan[]): Map<string, number> {
  const byName = new Map(plans.map((plan) => [plan.endpoint, plan]))
  const steps = new Map<string, number>()
  const stepOf = (plan: Plan, waiting: readonly string[]): number => {
    const { endpoint } = plan
    if (waiting.includes(endpoint)) throw new CircularSubscription([...waiting.slice(waiting.indexOf(endpoint)), endpoint])
    const known = steps.get(endpoint)
    if (known !== undefined) return known
    const owners = ownersOf(plan).flatMap((owner) => byName.get(owner) ?? [])
    const step = Math.max(-1, ...owners.map((owner) => stepOf(owner, [...waiting, endpoint]))) + 1
    steps.set(endpoint, step)
    return step
  }
  for (const plan of plans) stepOf(plan, [])
  return steps
}

/** The others whose topics it subscribes to. An endpoint makes its own topics before it looks for them. */
const ownersOf = ({ endpoint, subscribes }: Plan): string[] =>
  [...new Set(subscribes.map(({ type }) => type.owner))].filter((owner) => owner !== endpoint)
