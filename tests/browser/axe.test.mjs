// axe finds nothing: over every panel and dialog, in both languages, both themes, on a desk and on a phone.

import assert from "node:assert/strict";
import test from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { withStage } from "./harness.mjs";

const PANELS = ["1", "2", "3", "4", "5", "6"];
const LANGUAGES = ["pt", "en"];

/** What axe finds in a part of the page, in short: the rule, the first places, and what is wrong there. */
async function findings(page, where, part, rules) {
  const axe = new AxeBuilder({ page }).setLegacyMode().include(part);
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations.map(({ id, nodes }) => {
    const wrong = (node) => node.failureSummary.split("\n").slice(1, 2).join("").trim();
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${wrong(node)})`);
    return `${where}: ${id} ×${nodes.length}: ${places.join("; ")}`;
  });
}

/** The whole page, then what each panel and dialog adds to it. */
async function everyState(page, where, rules) {
  const found = await findings(page, `${where}, nothing open`, "html", rules);
  for (const panel of PANELS) {
    await page.keyboard.press(panel);
    await page.waitForSelector(".app.has-panel");
    found.push(...(await findings(page, `${where}, panel ${panel}`, "#panel", rules)));
  }
  await page.keyboard.press("Escape");
  for (const [dialog, open] of [["help", () => page.keyboard.press("?")], ["scenarios", () => page.locator(".top-story").click()]]) {
    await open();
    await page.waitForSelector("dialog[open]");
    found.push(...(await findings(page, `${where}, ${dialog}`, "dialog[open]", rules)));
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" });
  }
  return found;
}

for (const viewport of ["laptop", "phone"]) {
  test(`axe finds nothing on a ${viewport}`, { timeout: 300_000 }, () =>
    withStage({ viewport, reducedMotion: true }, async (stage) => {
      const found = [];
      for (const lang of LANGUAGES) {
        const page = await stage.openServed(`#lang=${lang}`);
        // With less motion asked for, nothing plays by itself.
        await page.keyboard.press("Space");
        await page.waitForSelector('.app[data-playing="true"]');
        await page.keyboard.press("p"); // Something is selected: the inspector has something to show.
        await page.waitForTimeout(500);
        await page.keyboard.press("k");
        await page.waitForSelector('.app[data-playing="false"]');
        found.push(...(await everyState(page, `${viewport}, ${lang}, light`)));
        // The other theme has other colours and nothing else.
        await page.emulateMedia({ colorScheme: "dark" });
        found.push(...(await everyState(page, `${viewport}, ${lang}, dark`, ["color-contrast"])));
        await page.close();
      }
      assert.deepEqual(found, []);
    }));
}
