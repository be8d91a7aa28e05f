import { z } from 'zod'
import { Problem } from '../local/problem.ts'

const Settings = z.object({
  CLUSTER: z.enum(['kind', 'minikube', 'current'], {
    error: 'must be kind, minikube, or current (the cluster that kubectl talks to)',
  }),
  PETREL_IMAGE_COMMAND: z.string().min(1).optional(),
  PETREL_IMAGE_INTO: z.string().min(1).optional(),
})

/** Which cluster, and how an image gets into one that is neither kind nor minikube. */
export type Settings = z.infer<typeof Settings>

const EXAMPLE = 'For example: CLUSTER=kind npm run cluster'

/** @throws Problem naming each variable that cannot be used. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const result = Settings.safeParse(env)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Problem([...problems, EXAMPLE].join('\n'))
}
