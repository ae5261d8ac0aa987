// The page's program without its page: the same script and wasm, loaded in Node.

import { readFile } from "node:fs/promises";
import path from "node:path";
import vm from "node:vm";
import { REPOSITORY } from "./harness.mjs";

/** What the program exports to scripts; `digest(scenario, seed, until_ms)` among it. */
export async function loadProgram() {
  const folder = path.join(REPOSITORY, "target/page");
  const script = await readFile(path.join(folder, "correio.js"), "utf8");
  const bindings = vm.runInThisContext(`${script}\nwasm_bindgen`, { filename: "correio.js" });
  await bindings({ module_or_path: await readFile(path.join(folder, "correio_bg.wasm")) });
  if (typeof bindings.digest !== "function") throw new Error("the program exports no function `digest`");
  return bindings;
}
