// A lesson taken by roles and names alone, as a screen reader offers them, and one by keyboard alone, in both languages.

import assert from "node:assert/strict";
import test from "node:test";
import { withStage } from "./harness.mjs";

const LANGUAGES = [
  {
    locale: "pt-BR",
    lang: "pt",
    lessons: "Lições",
    first: /O que é o Kafka/,
    next: "Próximo",
    summary: "Resumo",
    stays: /Ele fica onde está/,
    rereads: /No último offset anotado/,
    result: "Ir direto ao resultado",
    run: "Rodar e ver",
    right: /você acertou/,
    kill: "Derrubar o broker 1",
    reached: /alcançado/,
    words: "Palavras novas",
    all: "Todas as lições",
    done: /feita/,
  },
  {
    locale: "en-US",
    lang: "en",
    lessons: "Lessons",
    first: /What Kafka is/,
    next: "Next",
    summary: "Summary",
    stays: /It stays where it is/,
    rereads: /At the last offset noted/,
    result: "Go straight to the result",
    run: "Run and see",
    right: /you were right/,
    kill: "Kill broker 1",
    reached: /reached/,
    words: "New words",
    all: "All lessons",
    done: /done/,
  },
];

for (const words of LANGUAGES) {
  test(`a whole lesson by roles and names (${words.lang})`, () =>
    withStage({ locale: words.locale }, async (stage) => {
      const page = await stage.openServed(`?paused#lang=${words.lang}`);
      const button = (name) => page.getByRole("button", { name, exact: typeof name === "string" });
      const panel = page.getByRole("complementary");

      await button(words.lessons).click();
      await panel.getByRole("button", { name: words.first }).click();
      await button(words.next).click();
      await button(words.next).click();

      await panel.getByRole("radio", { name: words.stays }).check();
      await button(words.result).click();
      await panel.getByText(words.right).first().waitFor();
      await button(words.next).click();

      await panel.getByRole("radio", { name: words.rereads }).check();
      await button(words.result).click();
      await panel.getByText(words.right).first().waitFor();
      await button(words.next).click();
      await button(words.next).click();

      await panel.getByRole("button", { name: words.kill }).click();
      const pace = page.getByRole("combobox").first();
      await pace.selectOption({ index: (await pace.getByRole("option").count()) - 1 });
      await panel.getByText(words.reached).first().waitFor();
      await button(words.summary).click();
      await panel.getByRole("heading", { name: words.words }).waitFor();
      await button(words.all).click();
      await panel.getByRole("button", { name: words.done }).first().waitFor();
    }));

  test(`a prediction by keyboard, watched to its end (${words.lang})`, () =>
    withStage({ locale: words.locale }, async (stage) => {
      const page = await stage.openServed(`?paused#lesson=what-is-kafka.3&lang=${words.lang}`);
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
      const tabTo = async (is) => {
        for (let presses = 0; presses < 80; presses += 1) {
          await page.keyboard.press("Tab");
          if (await is()) return;
        }
        assert.fail("nothing of that kind gets the focus");
      };
      await tabTo(() => page.evaluate(() => document.activeElement?.type === "radio"));
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowDown");
      await tabTo(async () => (await focused()) === words.run);
      await page.keyboard.press("Enter");
      await page.waitForSelector('.app[data-playing="true"]');
      for (let presses = 0; presses < 20; presses += 1) await page.keyboard.press("+");
      await page.getByText(words.right).first().waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.id), "lesson-answer", "the focus is at the answer");
    }));
}
