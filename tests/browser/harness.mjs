// A real Chromium for the browser tests: starts it, serves dist/ under a path that is not the root, opens the page
// there or from file://, and keeps every error and every request of it, so that each test can demand silence.
//
//   test("the page opens", () =>
//     withStage({ locale: "en-US" }, async (stage) => {
//       const page = await stage.openServed("#lang=en");
//       …
//     }));

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
export const DIST = path.join(REPOSITORY, "dist");
export const SCREENSHOTS = path.join(REPOSITORY, "target/screenshots");

/** The site is tested where most copies of it will live: not at the root of its server. */
const SITE_PATH = "/some/sub/path/";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a page may take to be interactive before a test gives up, in ms. Far above the budget: tests do not time. */
const INTERACTIVE_TIMEOUT_MS = 30_000;

export const VIEWPORTS = {
  laptop: { width: 1440, height: 900 },
  projector: { width: 1280, height: 720 },
  tablet: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
};

/** The browser to use: the one that `cargo xtask` found, or the same search by hand. */
export function browserPath() {
  const named = process.env.CHROME;
  if (named) return named;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
  assert.ok(found, "no Chromium: `cargo xtask setup` installs it, or name one in the variable CHROME");
  return found;
}

/**
 * Starts a browser with one context.
 * @param {object} options
 * @param {string} [options.locale] of the browser: "pt-BR" (default) or "en-US"
 * @param {"light"|"dark"} [options.theme] of the system
 * @param {keyof VIEWPORTS|{width: number, height: number}} [options.viewport]
 * @param {boolean} [options.reducedMotion]
 * @param {boolean} [options.forcedColors]
 * @param {boolean} [options.touch]
 * @param {number} [options.cpuSlowdown] 4 makes scripts run four times slower, as on a cheap laptop
 * @param {string} [options.initScript] runs in each page before anything of it
 */
export async function launch(options = {}) {
  assert.ok(existsSync(path.join(DIST, "index.html")), "there is no dist/: `cargo xtask dist` builds it");
  const viewport = VIEWPORTS[options.viewport ?? "laptop"] ?? options.viewport;
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
  const context = await browser.newContext({
    locale: options.locale ?? "pt-BR",
    colorScheme: options.theme ?? "light",
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    forcedColors: options.forcedColors ? "active" : "none",
    hasTouch: options.touch ?? false,
    viewport,
  });
  if (options.initScript) await context.addInitScript(options.initScript);
  return new Stage(browser, context, options);
}

/** Runs `work` with a stage, then demands that its pages were silent, and closes it in any case. */
export async function withStage(options, work) {
  const stage = await launch(options);
  try {
    await work(stage);
    stage.assertSilent();
  } finally {
    await stage.close();
  }
}

/** A browser, its context, and what its pages complained of and asked for. */
class Stage {
  /** Console errors and warnings, exceptions, failed requests and crashes, in words. */
  problems = [];
  /** Every address that a page asked for, its own included. */
  requests = [];
  #browser;
  #options;
  #site;
  #servers = [];

  constructor(browser, context, options) {
    this.#browser = browser;
    this.context = context;
    this.#options = options;
    context.on("page", (page) => this.#listen(page));
  }

  #listen(page) {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.problems.push(`exception: ${error.stack ?? error}`));
    page.on("crash", () => this.problems.push("the page crashed"));
    page.on("request", (request) => this.requests.push(request.url()));
    page.on("requestfailed", (request) => this.problems.push(`request failed: ${request.url()}`));
  }

  /** The page from a server, with what follows its address: "#…" or "?…#…". Waits until it is interactive. */
  async openServed(after = "") {
    this.#site ??= await this.serve(DIST, SITE_PATH);
    return this.open(this.#site + after);
  }

  /** Serves a folder for as long as the stage is open; gives its address. */
  async serve(folder, under = "/") {
    const server = await serveFolder(folder, under);
    this.#servers.push(server);
    return server.url;
  }

  /** The page in one file, from file://. Waits until it is interactive. */
  async openFile(after = "") {
    return this.open(pathToFileURL(path.join(DIST, "correio.html")).href + after);
  }

  async open(url) {
    const page = await this.openUnready(url);
    await page.waitForFunction(() => performance.getEntriesByName("correio-interactive").length > 0, undefined, {
      timeout: INTERACTIVE_TIMEOUT_MS,
    });
    return page;
  }

  /** Any address, without waiting for the program; for pages that must not start. */
  async openUnready(url) {
    const page = await this.context.newPage();
    if (this.#options.cpuSlowdown) {
      const session = await this.context.newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: this.#options.cpuSlowdown });
    }
    await page.goto(url);
    return page;
  }

  assertSilent() {
    assert.deepEqual(this.problems, [], "the page must complain of nothing");
  }

  async close() {
    await this.#browser.close();
    for (const server of this.#servers) server.close();
  }
}

/** Keeps a picture in target/screenshots/NAME.png, for people. */
export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}

const CONTENT_TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
};

/** Serves a folder on a free port of the loopback address. What is not in the folder answers 404. */
async function serveFolder(folder, under = "/") {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname;
    const file = path.join(folder, name.endsWith("/") ? name.slice(under.length) + "index.html" : name.slice(under.length));
    try {
      assert.ok(name.startsWith(under) && file.startsWith(folder));
      const body = await readFile(file);
      response.writeHead(200, { "Content-Type": CONTENT_TYPES[path.extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${under}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
