// For `cargo xtask budget`: the wall time, in seconds, of a run of the page's program under Node.
//
//   node speed.mjs SCENARIO UNTIL_MS

import { loadProgram } from "./program.mjs";

const [scenario, untilMs] = process.argv.slice(2);
const program = await loadProgram();
program.digest(scenario, 1n, 1000n); // The compiler of the browser settles first.
const start = performance.now();
program.digest(scenario, 1n, BigInt(untilMs));
console.log((performance.now() - start) / 1000);
