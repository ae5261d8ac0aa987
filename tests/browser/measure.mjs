// For `cargo xtask budget`: opens the page in one file and plays; prints what it took, as JSON.
//
//   node measure.mjs PLAYING_SECONDS

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

/** Frames a second and the longest task while the page plays. */
async function playing() {
  const page = await stage.openFile();
  await startPlaying(page);
  return page.evaluate(async (seconds) => {
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
    });
    observer.observe({ type: "longtask" });
    let frames = 0;
    const start = performance.now();
    await new Promise((resolve) => {
      const frame = (now) => {
        frames++;
        if (now - start < seconds * 1000) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
    observer.disconnect();
    return { frames_per_second: (frames * 1000) / (performance.now() - start), longest_task_ms: longest };
  }, playingSeconds);
}

/** Presses play where the page does not play by itself. */
async function startPlaying(page) {
  const play = page.getByRole("button", { name: /^play/i });
  if ((await play.count()) > 0) await play.first().click();
}

try {
  const times = [];
  for (let i = 0; i < LOADS; i++) times.push(await interactiveMs());
  times.sort((a, b) => a - b);
  const measured = { interactive_ms: times[Math.floor(LOADS / 2)], ...(await playing()) };
  stage.assertSilent();
  console.log(JSON.stringify(measured));
} finally {
  await stage.close();
}
