// The wasm side of `cargo xtask parity`: prints the digests of the runs that it is given, as a JSON list.
//
//   node parity.mjs node|chromium UNTIL_MS '[{"scenario": "checkout", "seed": 1}, …]'

import { withStage } from "./harness.mjs";
import { loadProgram } from "./program.mjs";

const [side, untilMs, list] = process.argv.slice(2);
const runs = JSON.parse(list);

if (side === "node") {
  const program = await loadProgram();
  const digests = runs.map(({ scenario, seed }) => program.digest(scenario, BigInt(seed), BigInt(untilMs)));
  console.log(JSON.stringify(digests));
} else {
  await withStage({}, async (stage) => {
    const page = await stage.openServed();
    const digests = await page.evaluate(
      ([runs, untilMs]) => runs.map(({ scenario, seed }) => wasm_bindgen.digest(scenario, BigInt(seed), BigInt(untilMs))),
      [runs, untilMs],
    );
    console.log(JSON.stringify(digests));
  });
}
