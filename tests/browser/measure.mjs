// For `cargo xtask budget`: opens the page in one file and plays; prints what it took, as JSON.
//
//   node measure.mjs PLAYING_SECONDS

import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { launch } from "./harness.mjs";

const LOADS = 5;
const playingSeconds = Number(process.argv[2]);
const stage = await launch({ locale: "en-US" });

/** From the start of the navigation until the first picture is there and hands are heard, in ms. */
async function interactiveMs() {
  const page = await stage.openFile();
  const time = await page.evaluate(() => performance.getEntriesByName("correio-interactive")[0].startTime);
  await page.close();
  return time;
}

/** Frames a second, the longest task and the fewest messages in flight while a page plays. */
async function playing(after) {
  const page = await stage.openFile(after);
  await page.waitForSelector('.app[data-playing="true"]');
  const measured = await page.evaluate(async (seconds) => {
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
    });
    observer.observe({ type: "longtask" });
    const app = document.querySelector(".app");
    let fewest = Infinity;
    let frames = 0;
    const start = performance.now();
    await new Promise((resolve) => {
      const frame = (now) => {
        frames++;
        fewest = Math.min(fewest, Number(app.dataset.inFlight));
        if (now - start < seconds * 1000) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
    observer.disconnect();
    return { frames_per_second: (frames * 1000) / (performance.now() - start), longest_task_ms: longest, in_flight: fewest };
  }, playingSeconds);
  await page.close();
  return measured;
}

/** A link to a scenario of one's own, as the page writes it. */
async function linkTo(file) {
  const text = await readFile(new URL(file, import.meta.url));
  return `#j=${deflateRawSync(text).toString("base64url")}`;
}

try {
  const times = [];
  for (let i = 0; i < LOADS; i++) times.push(await interactiveMs());
  times.sort((a, b) => a - b);
  const shop = await playing("#s=checkout");
  const crowd = await playing(await linkTo("crowd.json"));
  stage.assertSilent();
  console.log(JSON.stringify({ interactive_ms: times[Math.floor(LOADS / 2)], shop, crowd }));
} finally {
  await stage.close();
}
