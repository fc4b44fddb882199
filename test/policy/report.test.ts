import { readFileSync } from 'node:fs';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { Log } from 'sarif';
import { policy } from '../../lib';
import { object, put, shop } from './support/shop';

const broken = () => {
  const all = shop();
  put(all.web!, 'spec/replicas', 1);
  put(all.web!, 'metadata/annotations/policy.cdk-container-platform~1waive', 'replicas: a queue worker');
  put(all.service!, 'spec/type', 'NodePort');
  const labels = undefined;
  put(all.service!, 'metadata/labels', labels);
  const line = new Map<unknown, number>([
    [all.web, 3],
    [all.service, 40],
  ]);
  return policy.checkObjects(Object.values(all), {
    locate: (one) => ({ file: 'deploy/web app.yaml', line: line.get(one) }),
  });
};

test('the table has a row a finding, what to do, and the sums', () => {
  expect(policy.table(broken())).toBe(
    [
      'severity  rule        object            where                   what',
      'note      name-label  Service shop/web  deploy/web app.yaml:40  has no label app.kubernetes.io/name',
      'error     node-port   Service shop/web  deploy/web app.yaml:40  opens a port on every node',
      '',
      'What to do:',
      '  name-label  add the label app.kubernetes.io/name',
      '  node-port   use ClusterIP behind a gateway or an Ingress, or type LoadBalancer',
      '',
      '1 error, 0 warnings, 1 note, 1 waived',
      '',
    ].join('\n'),
  );
  expect(policy.table([])).toBe('0 errors, 0 warnings, 0 notes\n');
});

test('the table names the construct or the place where there is no file', () => {
  const services = [object('v1', 'Service', 'x', { spec: { type: 'NodePort' } })];
  const rowOf = (locate?: policy.CheckOptions['locate']) =>
    policy.table(policy.checkObjects(services, { locate })).split('\n')[1];
  expect(rowOf()).toBe('error     node-port  Service shop/x  /spec/type  opens a port on every node');
  expect(rowOf(() => ({ construct: 'shop/X' }))).toBe(
    'error     node-port  Service shop/x  shop/X  opens a port on every node',
  );
});

test('JSON holds the findings, those that are waived with their reason', () => {
  const { summary, findings } = JSON.parse(policy.json(broken())) as { summary: object; findings: policy.Finding[] };
  expect(summary).toEqual({ error: 1, warning: 0, note: 1, waived: 1 });
  expect(findings[0]).toEqual({
    rule: 'replicas',
    severity: 'error',
    message: 'has one replica',
    cure: 'set replicas to 2 or more, or minReplicas where an autoscaler decides',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    pointer: '/spec/replicas',
    source: { file: 'deploy/web app.yaml', line: 3 },
    waived: 'a queue worker',
  });
});

describe('SARIF', () => {
  const schema = JSON.parse(
    readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object;
  const ajv = addFormats(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
  const validate = ajv.compile(schema);
  const problems = (text: string) => {
    validate(JSON.parse(text));
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };

  test('is valid by its schema, with files, constructs or neither', () => {
    const none = policy.checkObjects([{}, object('v1', 'Service', 'x', { spec: { type: 'NodePort' } })]);
    const constructs = none.map((finding) => ({ ...finding, source: { construct: 'shop/X' } }));
    for (const findings of [[], none, constructs, broken()]) {
      expect(problems(policy.sarif(findings, { version: '1.2.3' }))).toEqual([]);
    }
  });

  test('that is not valid is told by the schema', () => {
    expect(problems('{"version":"2.1.0","runs":[{"tool":{}}]}')).toEqual([
      "/runs/0/tool must have required property 'driver'",
    ]);
  });

  test('says rule, level, file and line, and what never moves', () => {
    const log = JSON.parse(policy.sarif(broken(), { version: '1.2.3' })) as Log;
    const { driver } = log.runs[0]!.tool;
    expect(driver.version).toBe('1.2.3');
    const result = log.runs[0]!.results!.find(({ ruleId }) => ruleId === 'node-port')!;
    expect(driver.rules![result.ruleIndex!]).toMatchObject({
      id: 'node-port',
      defaultConfiguration: { level: 'error' },
    });
    expect(result).toMatchObject({
      level: 'error',
      message: {
        text: 'Service shop/web: opens a port on every node; use ClusterIP behind a gateway or an Ingress, or type LoadBalancer',
      },
      partialFingerprints: { 'object/v1': 'node-port v1 Service shop/web /spec/type opens a port on every node' },
    });
    expect(result.locations![0]).toMatchObject({
      physicalLocation: { artifactLocation: { uri: 'deploy/web%20app.yaml' }, region: { startLine: 40 } },
      logicalLocations: [{ kind: 'object', name: 'web', fullyQualifiedName: 'Service shop/web#/spec/type' }],
    });
  });

  test('suppresses what is waived, with the reason', () => {
    const log = JSON.parse(policy.sarif(broken())) as Log;
    const result = log.runs[0]!.results!.find(({ ruleId }) => ruleId === 'replicas')!;
    expect(result.suppressions).toEqual([{ kind: 'inSource', status: 'accepted', justification: 'a queue worker' }]);
  });
});

test.each([
  ['error', 1],
  ['warning', 1],
  ['note', 2],
  ['never', 0],
] as const)('from %s on, %d findings fail a check', (failOn, count) => {
  expect(policy.failures(broken(), failOn)).toHaveLength(count);
});
