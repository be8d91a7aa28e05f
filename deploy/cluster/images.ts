import { Problem } from '../local/problem.ts'
import type { Cluster } from './clusters.ts'
import { show } from '../commandLine.ts'
import type { Settings } from './settings.ts'

const WAYS = `A cluster of your own must be told how it gets its images:
  PETREL_IMAGE_INTO=registry:HOST/PATH      pushes them to a registry that it can pull from
  PETREL_IMAGE_COMMAND='my-image-builder'   is called with the image's name and the folder; builds it and brings it into the cluster
  PETREL_IMAGE_INTO=none                    they are there already`

/** @throws Problem when nobody has said how images come into the cluster. */
export function checkImagesInto({ imagesInto }: Cluster, { PETREL_IMAGE_INTO, PETREL_IMAGE_COMMAND }: Settings): void {
  if (!(imagesInto ?? PETREL_IMAGE_INTO ?? PETREL_IMAGE_COMMAND)) throw new Problem(WAYS)
}

/** Builds an image of each service and brings it into the cluster. */
export async function bringImages({ imagesInto }: Cluster, settings: Settings): Promise<void> {
  if (!imagesInto && settings.PETREL_IMAGE_INTO === 'none') return
  await show('npm', ['run', '--silent', 'images', ...(imagesInto ? ['--', '--into', imagesInto] : [])])
}

/** Where the cluster pulls them from; nothing for images that its nodes have. */
export function imageRegistry({ PETREL_IMAGE_INTO = '' }: Settings): string {
  return PETREL_IMAGE_INTO.startsWith('registry:') ? PETREL_IMAGE_INTO.slice('registry:'.length) : ''
}
