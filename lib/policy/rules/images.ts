import { isPlaceholder, ofContainers, type Rule } from '../rule';

const SEE = 'https://kubernetes.io/docs/concepts/containers/images/';

/** Rules on the images that containers run. */
export const IMAGE_RULES: readonly Rule[] = [
  {
    id: 'image-tag',
    severity: 'error',
    title: 'Every image has a tag that stays, or a digest',
    reason:
      'With latest or no tag, two pods of one workload may run different programs, and a rollback brings nothing back.',
    cure: 'name the version, such as :1.4.2, or the digest',
    see: `${SEE}#image-names`,
    check: ofContainers(({ view, name }) => {
      const at = view.get('image');
      const image = imageOf(at.text);
      if (!image || image.digest) return [];
      if (image.tag === undefined) return [{ at, message: `container ${name}: image ${image.text} has no tag` }];
      if (image.tag === 'latest')
        return [{ at, message: `container ${name}: image ${image.text} has a tag that moves` }];
      return [];
    }),
  },
  {
    id: 'image-pull-policy',
    severity: 'warning',
    title: 'imagePullPolicy fits what the image is named by',
    reason:
      'Never fails on every new node; IfNotPresent leaves an old image under a tag that moves; Always with a digest asks the registry for what cannot change, so that no pod starts while it is down.',
    cure: 'leave imagePullPolicy out, and name images by version or digest',
    see: `${SEE}#image-pull-policy`,
    check: ofContainers(({ view, name }) => {
      const at = view.get('imagePullPolicy');
      const image = imageOf(view.get('image').text);
      const moves = image && !image.digest && (image.tag ?? 'latest') === 'latest';
      const say = (why: string) => [{ at, message: `container ${name}: imagePullPolicy ${at.text ?? ''} ${why}` }];
      if (at.text === 'Never') return say('starts on no node that does not hold the image already');
      if (at.text === 'IfNotPresent' && moves) return say(`keeps what a node once pulled as ${image.text}`);
      if (at.text === 'Always' && image?.digest) return say('needs the registry at each start, for a digest');
      return [];
    }),
  },
];

interface Image {
  readonly text: string;
  readonly tag: string | undefined;
  readonly digest: boolean;
}

function imageOf(text: string | undefined): Image | undefined {
  if (text === undefined || text.trim() === '' || isPlaceholder(text)) return undefined;
  const [name = ''] = text.split('@');
  // A colon before the last slash is a port of the registry.
  const [, tag] = /:([^:/]*)$/.exec(name) ?? [];
  return { text, tag: tag === '' ? undefined : tag, digest: text.includes('@sha256:') || text.includes('@sha512:') };
}
