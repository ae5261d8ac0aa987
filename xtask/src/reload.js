// Part of `cargo xtask serve --watch` only: loads the page again when it was built again.
(() => {
  let seen;
  setInterval(async () => {
    try {
      const number = await (await fetch("/xtask/build-number")).text();
      if (seen !== undefined && seen !== number) location.reload();
      seen = number;
    } catch {
      // The server was stopped; when it is back its number tells.
    }
  }, 700);
})();
