import type { ClusterPeople } from '../../lib';
import { messageOf } from '../support/messages';
import { bothStacks, resources, synthesized } from '../support/topology';

const alice = 'arn:aws:iam::123456789012:user/alice';
const admins = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admins_0a1b2c/*';
const at = '[demo-hosts/Cluster]';

const parameter = (people?: readonly ClusterPeople[]) =>
  resources(synthesized({ cluster: { people } }), 'aws_ssm_parameter').find(({ name }) =>
    String(name).endsWith('/access/people'),
  );
const refusal = (...people: ClusterPeople[]) => messageOf(() => synthesized({ cluster: { people } }));

test('nobody is in the list by default', () => {
  expect(parameter()).toBeUndefined();
  expect(parameter([])).toBeUndefined();
});

test('hosts read the list from a parameter that everybody may read and Terraform keeps up to date', () => {
  const found = parameter([
    { identity: admins, groups: ['platform-admins', 'developers'] },
    { identity: alice, groups: ['developers'], hours: 24 },
  ]);
  expect(found).toMatchObject({ type: 'String' });
  expect(found).not.toHaveProperty('lifecycle');
  expect(JSON.parse(found?.value as string)).toEqual([
    { identity: alice, groups: ['developers'], hours: 24 },
    { identity: admins, groups: ['developers', 'platform-admins'], hours: 8 },
  ]);
});

test('a change of the list is no new host', () => {
  const templates = (people: readonly ClusterPeople[]) =>
    resources(bothStacks({ cluster: { people } }).hosts, 'aws_launch_template');
  expect(templates([{ identity: alice, groups: ['developers'] }])).toEqual(templates([]));
});

test.each([
  alice,
  'arn:aws:iam::123456789012:user/team/alice@example.com',
  'arn:aws-cn:sts::123456789012:assumed-role/Admins/alice',
  admins,
])('an identity may be %s', (identity) => {
  expect(refusal({ identity, groups: ['developers'] })).toBe('nothing is thrown');
});

test.each([
  'alice',
  'arn:aws:iam::123456789012:role/Admins',
  'arn:aws:iam::123456789012:root',
  'arn:aws:iam::123456789012:user/*',
  'arn:aws:iam::*:user/alice',
  'arn:aws:sts::123456789012:assumed-role/*/alice',
  'arn:aws:sts::123456789012:assumed-role/Admins/al*',
  'arn:aws:sts::123456789012:assumed-role/Admins',
  'arn:aws:sts::123456789012:assumed-role/Admins/system:admin',
])('fails when an identity is %s', (identity) => {
  expect(refusal({ identity, groups: ['developers'] })).toBe(
    `${at} people identity must be the ARN of a user or of a role's session, got ${identity}; write it as arn:aws:iam::123456789012:user/alice or arn:aws:sts::123456789012:assumed-role/Admins/alice, with * for every session`,
  );
});

test('fails when an identity is there twice', () => {
  expect(refusal({ identity: alice, groups: ['a'] }, { identity: alice, groups: ['b'] })).toBe(
    `${at} people must name each identity once, got ${alice} again; join its groups`,
  );
});

test('fails without a group', () => {
  expect(refusal({ identity: alice, groups: [] })).toBe(
    `${at} people groups must name at least one, got none for ${alice}; give one`,
  );
});

test.each(['system:masters', 'system:nodes', 'system:'])('fails when a group is %s', (group) => {
  expect(refusal({ identity: alice, groups: ['developers', group] })).toBe(
    `${at} people groups must not begin with system:, which Kubernetes keeps for itself, got ${group} for ${alice}; bind a group of your own to a ClusterRole`,
  );
});

test.each(['', 'a b', 'a,b', '/a', 'a\nb', 'x'.repeat(64)])('fails when a group is "%s"', (group) => {
  expect(refusal({ identity: alice, groups: [group] })).toBe(
    `${at} people groups must be letters, digits and ._:@/+-, at most 63, got ${group} for ${alice}; write it as platform-admins`,
  );
});

test.each([0, 25, 1.5, Number.NaN])('fails when a certificate lives %s hours', (hours) => {
  expect(refusal({ identity: alice, groups: ['developers'], hours })).toBe(
    `${at} people hours must be a whole number from 1 to 24, got ${hours} for ${alice}; whoever needs longer asks again`,
  );
});

test('fails when the list does not fit a parameter', () => {
  const many = Array.from({ length: 60 }, (_, index) => ({
    identity: `${alice}${index}`,
    groups: ['developers'],
    hours: 8,
  }));
  expect(refusal(...many)).toBe(
    `${at} people must fit 4096 bytes as JSON, got ${JSON.stringify(many).length}; name a role with * in place of its sessions`,
  );
});
