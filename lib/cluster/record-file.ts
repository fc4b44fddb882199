import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { addCustomSynthesis } from 'cdktf';
import type { IConstruct } from 'constructs';
import { checkChange, parseRecord, renderRecord, type ClusterRecord } from '../core/change-record';

/**
 * Holds a cluster to what was recorded at its last synth, and records this one.
 *
 * The file is written only when every check of the stack has passed, so a refused change leaves it as it was.
 *
 * @throws ValidationError when the record says that a change cannot be made
 */
export function keepRecord(at: IConstruct, file: string, record: ClusterRecord): void {
  if (existsSync(file)) checkChange(at, parseRecord(at, readFileSync(file, 'utf8')), record);
  addCustomSynthesis(at, {
    onSynthesize: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, renderRecord(record));
    },
  });
}
