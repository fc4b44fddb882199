import type { KubeObject } from '../kube-object';
import { isPlaceholder, ofContainers, ofKinds, type Rule } from '../rule';
import type { View } from '../view';

const SEE = 'https://kubernetes.io/docs/concepts/security/secrets-good-practices/';
const SECRET_NAME = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/** Rules on secrets in plain text. No message holds a value. */
export const SECRET_RULES: readonly Rule[] = [
  {
    id: 'secret-literal',
    severity: 'error',
    title: 'No Secret is written with its values',
    reason:
      'Base64 hides nothing: what stands in a file stands in version control, in pipelines and in the state of Terraform.',
    cure: 'let the cluster fetch it (External Secrets), decrypt it (Sealed Secrets, SOPS) or make it',
    see: SEE,
    check: ofKinds(['/Secret'], (object) => {
      // Filled by the control plane, or encrypted.
      if (object.view.get('type').text === 'kubernetes.io/service-account-token' || object.view.get('sops').given)
        return [];
      return ['data', 'stringData'].flatMap((field) =>
        object.view
          .get(field)
          .entries.filter(([, { word }]) => word !== undefined && word !== '' && !isPlaceholder(word))
          .map(([key, at]) => ({ at, message: `holds the value of ${key}` })),
      );
    }),
  },
  {
    id: 'secret-env',
    severity: 'error',
    title: 'No variable of a container holds a secret',
    reason: 'Whoever may look at the workload reads it, and so does every file it was rendered to.',
    cure: 'use valueFrom.secretKeyRef, or mount the Secret',
    see: SEE,
    check: ofContainers(({ view, name }) =>
      view.get('env').items.flatMap((variable) => {
        const at = variable.get('value');
        const word = variable.get('name').text ?? '';
        if (!SECRET_NAME.test(word) || !holdsSecret(at)) return [];
        return [{ at, message: `container ${name}: variable ${word} has its value written down` }];
      }),
    ),
  },
  {
    id: 'secret-config-map',
    severity: 'error',
    title: 'No ConfigMap holds a private key or a password',
    reason: 'ConfigMaps are not encrypted, and read by many more than Secrets are.',
    cure: 'move it to a Secret that is not written down',
    see: SEE,
    check: ofKinds(['/ConfigMap'], (object) => configValues(object)),
  },
];

function configValues({ view }: KubeObject) {
  return view.get('data').entries.flatMap(([key, at]) => {
    if (PRIVATE_KEY.test(at.text ?? '')) return [{ at, message: `${key} holds a private key` }];
    // A key of several lines is a file, whose words mean many things.
    const line = (at.text ?? '').includes('\n') ? undefined : at;
    return line && SECRET_NAME.test(key) && holdsSecret(line)
      ? [{ at, message: `${key} has its value written down` }]
      : [];
  });
}

/** Switches and paths are no secrets, though they may be called by one. */
function holdsSecret({ text }: View): boolean {
  if (text === undefined || text === '' || isPlaceholder(text)) return false;
  return !/^(true|false|yes|no|\d+)$/i.test(text) && !/^(\/|\.\/|file:|https?:\/\/)[^\s@]*$/.test(text);
}
