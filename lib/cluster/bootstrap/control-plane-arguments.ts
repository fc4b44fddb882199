import type { BootstrapProps, NodeClientRate } from './bootstrap-props';

type Flags = Record<string, string>;

const CIPHERS = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
];

/** Folders of the host that the API server reads, and the one it writes. */
export const API_VOLUMES = [
  ...['audit', 'auth', 'admission', 'enc'].map((name) => ({
    name,
    hostPath: `/etc/kubernetes/${name}`,
    mountPath: `/etc/kubernetes/${name}`,
    readOnly: true,
    pathType: 'DirectoryOrCreate',
  })),
  {
    name: 'audit-log',
    hostPath: '/var/log/kubernetes/audit',
    mountPath: '/var/log/kubernetes/audit',
    pathType: 'DirectoryOrCreate',
  },
];

/** Flags of the API server. */
export function apiServerArguments(props: BootstrapProps): Flags {
  const { release, controlPlanes, apiServer } = props;
  return {
    'enable-admission-plugins': 'NodeRestriction',
    'admission-control-config-file': '/etc/kubernetes/admission/admission.yaml',
    'audit-policy-file': '/etc/kubernetes/audit/policy.yaml',
    'audit-log-path': '/var/log/kubernetes/audit/audit.log',
    'audit-log-maxage': '30',
    'audit-log-maxbackup': '10',
    'audit-log-maxsize': '100',
    ...(release.authenticationApi ? { 'authentication-config': '/etc/kubernetes/auth/authentication.yaml' } : {}),
    'encryption-provider-config': '/etc/kubernetes/enc/encryption.yaml',
    'encryption-provider-config-automatic-reload': 'true',
    'kubelet-certificate-authority': '/etc/kubernetes/pki/ca.crt',
    'max-requests-inflight': String(apiServer.maxRequestsInflight),
    'max-mutating-requests-inflight': String(apiServer.maxMutatingRequestsInflight),
    'tls-min-version': 'VersionTLS12',
    'tls-cipher-suites': CIPHERS.join(','),
    profiling: 'false',
    // Spreads long-lived connections over API servers again after one was away; of no use to a single one.
    ...(controlPlanes > 1 ? { 'goaway-chance': '0.001' } : {}),
    ...props.apiServerArguments,
  };
}

/** Flags of the controller manager. */
export function controllerManagerArguments({ controllers }: BootstrapProps): Flags {
  return { profiling: 'false', 'terminated-pod-gc-threshold': '1000', ...rate(controllers) };
}

/** Flags of the scheduler. */
export function schedulerArguments({ scheduler }: BootstrapProps): Flags {
  return { profiling: 'false', ...rate(scheduler) };
}

function rate(of: NodeClientRate | undefined): Flags {
  return of ? { 'kube-api-qps': String(of.kubeApiQps), 'kube-api-burst': String(of.kubeApiBurst) } : {};
}

/** Flags of etcd. */
export function etcdArguments({ release, etcd }: BootstrapProps): Flags {
  const experimental = release.etcdMinor === '3.5' ? 'experimental-' : '';
  return { 'quota-backend-bytes': String(etcd.quotaBytes), [`${experimental}corrupt-check-time`]: '4h0m0s' };
}
