import { main } from './program';

void main(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
});
