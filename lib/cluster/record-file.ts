import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { checkChange, parseRecord, renderRecord, type ClusterRecord } from '../core/change-record';

/**
 * Holds a cluster to what was recorded at its last synth, and records this one.
 *
 * The file is written after its stack, when every check has passed: a refused change leaves it as it was.
 *
 * @throws ValidationError when the record says that a change cannot be made
 */
export function keepRecord(at: IConstruct, file: string, record: ClusterRecord): void {
  if (existsSync(file)) checkChange(at, parseRecord(at, readFileSync(file, 'utf8')), record);
  const stack = TerraformStack.of(at);
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize: (session) => {
      synthesizer.synthesize(session);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, renderRecord(record));
    },
  };
}
