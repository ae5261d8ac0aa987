// The page opens: served and from file://, in silence, and the single file asks the network for nothing.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { DIST, screenshot, withStage } from "./harness.mjs";

/** What a reader sees once the program runs: something of its own in place of the loading screen. */
async function assertStarted(page) {
  assert.equal(await page.locator(".boot").count(), 0, "the loading screen is gone");
  assert.notEqual((await page.locator("#app").innerText()).trim(), "", "the program shows something");
}

test("the served page opens without a complaint, under any path", () =>
  withStage({}, async (stage) => {
    const page = await stage.openServed();
    await assertStarted(page);
    await screenshot(page, "smoke-served");
  }));

test("the single file opens from file:// without a complaint", () =>
  withStage({}, async (stage) => {
    const page = await stage.openFile();
    await assertStarted(page);
    await screenshot(page, "smoke-file");
  }));

test("the single file asks for nothing but itself", () =>
  withStage({}, async (stage) => {
    await stage.openFile();
    const others = stage.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:") && !url.startsWith("blob:"));
    assert.deepEqual(others, []);
    assert.equal(stage.requests.filter((url) => url.startsWith("file:")).length, 1);
  }));

test("the single file may connect to nobody, even if it tried", () =>
  withStage({}, async (stage) => {
    const site = await stage.serve(DIST);
    const page = await stage.openFile();
    const answer = await page.evaluate((url) => fetch(url).then(() => "reached", () => "refused"), site);
    assert.equal(answer, "refused");
    assert.ok(stage.problems.every((problem) => /Content Security Policy|request failed/.test(problem)), stage.problems.join("\n"));
    stage.problems.length = 0;
  }));

test("the single file opens where the browser cannot inflate by itself", () =>
  withStage({ initScript: "delete globalThis.DecompressionStream;" }, async (stage) => {
    await assertStarted(await stage.openFile());
  }));

test("a page whose program does not arrive says so in the reader's language", async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "correio-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(DIST, folder, { recursive: true });
  await rm(path.join(folder, "correio_bg.wasm"));
  for (const [locale, title] of [["pt-BR", "O Correio não abriu"], ["en-US", "Correio did not open"]]) {
    await withStage({ locale }, async (stage) => {
      const page = await stage.openUnready(await stage.serve(folder));
      await page.getByRole("alert").getByRole("heading", { name: title }).waitFor();
      stage.problems.length = 0;
    });
  }
});

test("the site's page, opened from file://, names the file that works there", () =>
  withStage({ locale: "en-US" }, async (stage) => {
    const page = await stage.openUnready(pathToFileURL(path.join(DIST, "index.html")).href);
    await page.getByRole("alert").waitFor();
    await screenshot(page, "boot-failure");
    await page.getByRole("link", { name: "correio.html" }).click();
    await page.waitForFunction(() => performance.getEntriesByName("correio-interactive").length > 0);
    await assertStarted(page);
    stage.problems.length = 0;
  }));

test("the loading screen is there before the program, in one language", () =>
  withStage({ locale: "en-US" }, async (stage) => {
    const page = await stage.context.newPage();
    await page.route("**/*.wasm*", () => {});
    await page.goto(await stage.serve(DIST), { waitUntil: "commit" });
    await page.getByText("Opening the post office…").waitFor();
    await page.getByText("Abrindo o correio…").waitFor({ state: "hidden" });
    await page.waitForTimeout(500);
    await screenshot(page, "boot-loading");
    stage.problems.length = 0;
  }));

test("a link that another model version made says so, in both languages", async () => {
  for (const [lang, words] of [["pt", /modelo 0/], ["en", /model 0/]]) {
    await withStage({}, async (stage) => {
      const page = await stage.openServed(`#v=0&s=checkout&lang=${lang}`);
      await page.locator(".notice", { hasText: words }).waitFor();
    });
  }
});
