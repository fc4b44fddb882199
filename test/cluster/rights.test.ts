import { awsNodeDriver } from '../../lib/hosts/aws/node-driver';
import { withoutLocals } from '../support/locals';
import { resources, synthesized } from '../support/topology';
import { userDataOf } from '../support/user-data';

/** So large that each kind of node fetches its files from the bucket, which needs a right too. */
const noise = Array.from({ length: 1300 }, (_, index) => (index * 2654435761).toString(36)).join('');
const json = synthesized({ cluster: { nodeAttestation: 'cloud', nodeSnippets: [`#cloud-config\n# ${noise}\n`] } });

const uncommented = (script: string) => script.replace(/^\s*#.*$/gm, '');

/** Functions of the driver, and the cloud's calls that each makes, itself or through others. */
function callsByFunction(): Map<string, Set<string>> {
  const bodies = new Map<string, string>();
  for (const [, name = '', line = '', block = ''] of uncommented(awsNodeDriver.library).matchAll(
    /^(\w+)\(\) \{(?: (.*) \}$|.*\n([^]*?)^\})/gm,
  )) {
    bodies.set(name, block + line);
  }
  const calls = new Map<string, Set<string>>();
  const callsOf = (name: string): Set<string> => {
    const known = calls.get(name);
    if (known) return known;
    const found = new Set<string>();
    calls.set(name, found);
    const body = bodies.get(name) ?? '';
    for (const [, service, action] of body.matchAll(/\b(ssm|s3|ec2)_call ([A-Z]\w+)/g))
      found.add(`${service}:${action}`);
    for (const other of bodies.keys()) {
      if (other !== name && new RegExp(`\\b${other}\\b`).test(body)) callsOf(other).forEach((call) => found.add(call));
    }
    return found;
  };
  [...bodies.keys()].forEach(callsOf);
  return calls;
}

/** `CALL RESOURCE` for each use of the driver in the scripts of a node. */
function usesOf(template: string): string[] {
  const { files } = userDataOf(json).find(({ name }) => name.endsWith(template)) ?? { files: [] };
  const scripts = files.filter(({ path }) => /hacluster/.test(path) && !path.endsWith('/driver.sh'));
  const calls = callsByFunction();
  const uses = scripts.flatMap(({ path, content }) => {
    if (path.endsWith('/fetch')) return ['s3:GetObject bundle/*'];
    const code = uncommented(content);
    return [...calls].flatMap(([name, made]) =>
      [...code.matchAll(new RegExp(`\\b${name}\\b(?: +("[^"]*"|[\\w./-]+))?`, 'g'))].flatMap(([, argument = '']) =>
        [...made].map((call) => `${call} ${call.startsWith('ec2:') ? '*' : resourceOf(argument)}`),
      ),
    );
  });
  return [...new Set(uses)].sort();
}

/** What a script names, with `*` for what it knows at run time only. */
function resourceOf(argument: string): string {
  const name = argument.replaceAll('"', '').replaceAll('$HAC_UID', 'UID');
  // The key of a snapshot: what `state` names, or the latest one of this cluster.
  if (/^\$key(\.sha256)?$/.test(name)) return 'snapshots/*';
  return name.replace(/\$\w+$/, '*');
}

/** `CALL RESOURCE` for each grant in the policy of a role, without the key's. */
function grantsOf(role: string): string[] {
  const policy = resources(json, 'aws_iam_role_policy').find(({ name }) => name === role);
  const text = withoutLocals(json, policy?.policy as string).replace(/\$\{substr\([^}]*\}/g, 'UID');
  const { Statement } = JSON.parse(text) as {
    Statement: { Action: string[]; Resource: string | string[] }[];
  };
  const grants = Statement.flatMap(({ Action, Resource }) =>
    Action.filter((action) => !action.startsWith('kms:')).flatMap((action) =>
      [Resource].flat().map((resource) => `${action} ${short(resource)}`),
    ),
  );
  return [...new Set(grants)].sort();
}

const short = (resource: string) =>
  resource.replace(/^.*:parameter\/hacluster\/demo\/UID\//, '').replace(/^\$\{aws_s3_bucket\.[^}]*\}\//, '');

/** Uses that another use covers: the latest snapshot is one of all snapshots. */
function withoutCovered(uses: readonly string[]): string[] {
  const covers = (wide: string, one: string) =>
    wide !== one && wide.endsWith('/*') && one.startsWith(wide.slice(0, -1));
  return uses.filter((use) => !uses.some((wide) => covers(wide, use)));
}

test('the driver says which calls it makes', () => {
  const calls = [...callsByFunction().values()].flatMap((made) => [...made]);
  const fetched = [...awsNodeDriver.fetch.matchAll(/^s3_call ([A-Z]\w+)/gm)].map(([, action]) => `s3:${action}`);
  expect(fetched).toEqual(['s3:GetObject']);
  expect([...new Set([...calls, ...fetched])].sort()).toEqual([...awsNodeDriver.calls].sort());
});

test('a worker may make the calls that its scripts make, on what they name, and no others', () => {
  expect(usesOf('-workers')).toEqual([
    's3:GetObject bundle/*',
    'ssm:GetParameter join/worker',
    'ssm:GetParameter public/ca.crt',
  ]);
  expect(grantsOf('worker')).toEqual(usesOf('-workers'));
});

test('a control plane may make the calls that its scripts make, on what they name, and no others', () => {
  const uses = withoutCovered(usesOf('-control-plane'));
  expect(uses).toHaveLength(22);
  expect(grantsOf('control-plane')).toEqual(uses);
});

test('a worker reads no root of trust, and writes nothing', () => {
  expect(grantsOf('worker').filter((grant) => /roots|state|access|Put/.test(grant))).toEqual([]);
});
