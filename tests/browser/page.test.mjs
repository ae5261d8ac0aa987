// The first minute, by keyboard alone: the shop plays, the leader of orders-0 is killed, time goes back before the crash,
// and the narration is read from the accessibility tree, in both languages.

import assert from "node:assert/strict";
import test from "node:test";
import { withStage } from "./harness.mjs";

const LANGUAGES = [
  { locale: "pt-BR", lang: "pt", crashed: /broker 1/i },
  { locale: "en-US", lang: "en", crashed: /broker 1/i },
];

const app = (page) => page.locator(".app");
const event = async (page) => Number(await app(page).getAttribute("data-event"));
const digest = (page) => app(page).getAttribute("data-digest");

for (const { locale, lang, crashed } of LANGUAGES) {
  test(`the leader is killed and time turned back by keyboard alone (${lang})`, () =>
    withStage({ locale }, async (stage) => {
      const page = await stage.openServed(`#lang=${lang}`);
      await page.waitForSelector('.app[data-playing="true"]');
      const first = await event(page);
      await page.waitForFunction((before) => Number(document.querySelector(".app").dataset.event) > before, first);

      await page.keyboard.press("Space");
      await page.waitForSelector('.app[data-playing="false"]');
      const before = await event(page);
      const digestBefore = await digest(page);

      await page.keyboard.press("x");
      await page.waitForFunction(() => /do=/.test(location.hash));
      const told = await page.locator("main").ariaSnapshot();
      assert.match(told, crashed, "the narration names the broker");

      // Acting lets time go on: stop it, go back to the flag of the crash, and from there one step further back.
      await page.waitForFunction((n) => Number(document.querySelector(".app").dataset.event) > n, before);
      await page.keyboard.press("Space");
      await page.waitForSelector('.app[data-playing="false"]');
      for (let tries = 0; tries < 20 && (await event(page)) >= before; tries += 1) {
        await page.keyboard.press(tries % 2 === 0 ? "PageUp" : "ArrowLeft");
        await page.waitForTimeout(200);
      }
      assert.ok((await event(page)) < before, "time stands before the crash");
      assert.ok(digestBefore, "the page tells the digest of its moment");
    }));
}
