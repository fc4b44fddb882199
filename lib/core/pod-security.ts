/** A Pod Security Standard. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** The label by which a namespace refuses pods. */
export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/**
 * Labels of a namespace whose pods are held to a level; what is stricter is told to whoever applies.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function podSecurityLabels(level: PodSecurityLevel): Record<string, string> {
  return {
    [ENFORCE_LABEL]: level,
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
}
