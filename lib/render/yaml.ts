import { DEFAULT_SCHEMA, dump, FAILSAFE_SCHEMA, loadAll, Type, YAMLException } from 'js-yaml';

// Helm and kubectl cut documents at "\n---" and lose the newline before, which may be the last of a text.
const END = '# end\n';

const INTEGER = /^[-+]?(0b[01]+|0x[\da-f]+|0o[0-7]+|0[0-7]*|[1-9]\d*)$/i;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;
const NULL = /^(|~|null|Null|NULL)$/;
const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

const isNull = (word: string) => NULL.test(word);
const isBoolean = (word: string) => TRUE.test(word) || FALSE.test(word);
const isInteger = (word: string) => INTEGER.test(digits(word));
const isFloat = (word: string) => FLOAT.test(digits(word)) && !isInteger(word);

/** What a plain word means to kubectl: 0644 is octal, yes is true, a date is a text. js-yaml's own schema differs. */
const AS_KUBECTL = FAILSAFE_SCHEMA.extend({
  implicit: [
    scalar('tag:yaml.org,2002:null', isNull, () => null),
    scalar('tag:yaml.org,2002:bool', isBoolean, (word) => TRUE.test(word)),
    scalar('tag:yaml.org,2002:int', isInteger, (word) => integer(digits(word))),
    scalar('tag:yaml.org,2002:float', isFloat, (word) => Number(digits(word))),
    scalar('tag:yaml.org,2002:merge', (word) => word === '<<', String),
  ],
});

/** js-yaml's own, which quotes what YAML 1.2 takes for a number; here also what Go does: `1_` is 1 to it. */
const FOR_ALL = DEFAULT_SCHEMA.extend({
  implicit: [scalar('!word', (word) => isNull(word) || isBoolean(word) || isInteger(word) || isFloat(word), String)],
});

/** Objects as YAML that Go's readers, js-yaml's and YAML 1.2's take alike. */
export function toYaml(documents: readonly unknown[]): string {
  return documents.map((one) => dump(one, { schema: FOR_ALL, lineWidth: -1, noRefs: true }) + END).join('---\n');
}

/**
 * The documents of a YAML text as kubectl reads them; empty ones are left out.
 *
 * @throws YAMLException for what is no YAML
 */
export function fromYaml(text: string): unknown[] {
  return loadAll(text, undefined, { schema: AS_KUBECTL }).filter((one) => one !== null && one !== undefined);
}

function scalar(tag: string, resolve: (word: string) => boolean, construct: (word: string) => unknown): Type {
  return new Type(tag, {
    kind: 'scalar',
    resolve: (word: string | null) => resolve(word ?? ''),
    construct: (word: string | null) => construct(word ?? ''),
  });
}

/** Go takes underscores out of what begins like a number. */
function digits(word: string): string {
  return /^[-+\d]/.test(word) ? word.replaceAll('_', '') : word;
}

function integer(word: string): number {
  const [, sign, rest = ''] = /^([-+]?)(.*)$/.exec(word) ?? [];
  const octal = /^0[0-7]+$/.test(rest) ? `0o${rest}` : rest;
  const size = Number(octal);
  if (!Number.isSafeInteger(size)) throw new YAMLException(`${word} is beyond 2^53; quote it`);
  return sign === '-' ? 0 - size : size;
}
