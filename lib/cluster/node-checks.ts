import { Token } from 'cdktf';
import { Cidr } from '../core/cidr';
import { ValidationError, type Located } from '../core/errors';
import type { NodePackages, RegistryMirror } from './bootstrap/bootstrap-props';
import type { NodeOptions } from './node-options';

const DOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const URL = /^https?:\/\/[\w.:/@-]+$/;

/**
 * Holds what goes into node files to their syntax: a host that chokes on a file would never join, and say so to nobody.
 *
 * What only apply knows is refused too, since the files are hashed at synth.
 *
 * @throws ValidationError naming the property
 */
export function checkNodeOptions(at: Located, options: NodeOptions): void {
  const { serviceDomain = 'cluster.local', sysctls = {}, auditPolicy, packages, registryMirrors = [] } = options;
  const { runtime = 'containerd' } = options;
  const { apiServerArguments = {}, kernelModules = [], ntpServers = [], ignorePreflightErrors = [] } = options;
  check(at, 'serviceDomain must be a DNS name in lower case', serviceDomain, DOMAIN, 'write it as cluster.local');
  for (const [name, value] of Object.entries(sysctls)) {
    const line = `${name} = ${value}`;
    check(at, 'sysctls must be one line each', line, /^[\w./-]+ = [^\n]+$/, 'write it as vm.swappiness: 0');
  }
  for (const flag of Object.keys(apiServerArguments)) {
    const rule = 'apiServerArguments must be flags without dashes before them';
    check(at, rule, flag, /^[a-z][a-z0-9-]*$/, 'write it as audit-log-maxage');
  }
  for (const name of kernelModules) {
    check(at, 'kernelModules must be names of modules', name, /^[\w-]+$/, 'write it as nvme_tcp');
  }
  for (const server of ntpServers) {
    check(at, 'ntpServers must be names or addresses', server, /^[A-Za-z0-9.:-]+$/, 'write it as time.example');
  }
  for (const name of ignorePreflightErrors) {
    const cure = 'write it as SystemVerification';
    check(at, 'ignorePreflightErrors must be names of checks', name, /^[\w.-]+$/, cure);
  }
  if (auditPolicy !== undefined) {
    const [first = ''] = auditPolicy.split('\n');
    const shown = /^kind: *["']?Policy["']?\s*$/m.test(auditPolicy) ? '' : `one that begins with "${first}"`;
    check(at, 'auditPolicy must be YAML of kind Policy', shown, /^$/, 'give apiVersion, kind and rules');
  }
  checkMirrors(at, registryMirrors, runtime);
  if (packages) checkPackages(at, packages);
}

function checkMirrors(at: Located, mirrors: readonly RegistryMirror[], runtime: string): void {
  const seen = new Set<string>();
  for (const { registry, url, caCertificate } of mirrors) {
    const rule = 'registryMirrors registry must be a host as in image names';
    check(at, rule, registry, /^(_default|[a-z0-9.-]+(:\d+)?)$/, 'write it as docker.io, or _default for all others');
    if (registry === '_default' && runtime === 'cri-o') {
      throw new ValidationError(
        at,
        'registryMirrors must name a registry with cri-o, which knows no mirror of all, got _default; name each registry',
      );
    }
    check(at, 'registryMirrors url must be a URL', url, URL, 'write it as https://harbor.example/v2/dockerhub');
    if (caCertificate !== undefined) checkArmour(at, 'registryMirrors caCertificate', caCertificate, 'CERTIFICATE');
    if (seen.has(registry)) {
      throw new ValidationError(at, `registryMirrors must name each registry once, got ${registry} again; keep one`);
    }
    seen.add(registry);
  }
}

function checkPackages(at: Located, packages: NodePackages): void {
  const { kubernetesKey, dockerKey, containerdVersion = '2.2', distribution = 'bookworm' } = packages;
  checkArmour(at, 'packages.kubernetesKey', kubernetesKey, 'PGP PUBLIC KEY BLOCK');
  checkArmour(at, 'packages.dockerKey', dockerKey, 'PGP PUBLIC KEY BLOCK');
  const version = 'packages.containerdVersion must be a minor or a patch';
  check(at, version, containerdVersion, /^\d+\.\d+(\.\d+)?$/, 'write it as 2.2');
  check(at, 'packages.distribution must be a code name', distribution, /^[a-z]+$/, 'write it as bookworm');
  for (const property of ['kubernetesUrl', 'dockerUrl'] as const) {
    const { [property]: url = 'https://default' } = packages;
    check(at, `packages.${property} must be a URL`, url, URL, 'write it as https://mirror.example/path');
  }
}

function checkArmour(at: Located, property: string, text: string, kind: string): void {
  const begin = `-----BEGIN ${kind}-----`;
  if (text.trim().startsWith(begin)) return;
  throw new ValidationError(
    at,
    `${property} must begin with ${begin}, got ${text.length} other characters; give the armoured text`,
  );
}

function check(at: Located, rule: string, value: string, pattern: RegExp, cure: string): void {
  if (!pattern.test(value)) throw new ValidationError(at, `${rule}, got ${value}; ${cure}`);
}

/**
 * Ranges of a firewall, each once.
 *
 * @throws ValidationError for a list without a range, and for text that is no range
 */
export function rangesOf(at: Located, property: string, ranges: readonly string[]): string[] {
  if (ranges.length === 0) {
    throw new ValidationError(
      at,
      `${property} must name at least one range, got none; name one or leave ${property} out`,
    );
  }
  for (const range of ranges) if (!Token.isUnresolved(range)) Cidr.parse(at, property, range);
  return [...new Set(ranges)];
}
