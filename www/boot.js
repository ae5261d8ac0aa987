// Starts the page: keeps the loading screen in the reader's language, hands the program its bytes wherever they are
// (beside the page, or inside it), and says in words what to do when it cannot start.
(() => {
  "use strict";

  const WORDS = {
    "pt-BR": {
      title: "O Correio não abriu",
      old: "Este navegador é antigo demais: falta WebAssembly. Atualize-o ou use outro.",
      file: "Esta página precisa de um servidor. Para abrir com dois cliques, use o arquivo correio.html.",
      lost: "Um arquivo da página não chegou. Confira a conexão e tente de novo.",
      broken: "O programa parou ao iniciar. Tente de novo; se continuar, abra a página sem o que vem depois do # no endereço.",
      again: "Tentar de novo",
      open: "Abrir correio.html",
      details: "Detalhes técnicos",
    },
    en: {
      title: "Correio did not open",
      old: "This browser is too old: it has no WebAssembly. Update it or use another.",
      file: "This page needs a server. To open it by double click, use the file correio.html.",
      lost: "A file of the page did not arrive. Check the connection and try again.",
      broken: "The program stopped while starting. Try again; if it goes on, open the page without what follows # in its address.",
      again: "Try again",
      open: "Open correio.html",
      details: "Technical details",
    },
  };

  const own = document.currentScript;
  const inside = document.getElementById("correio-program");
  const language = chooseLanguage();
  document.documentElement.lang = language;
  for (const line of document.querySelectorAll(".boot p[lang]")) {
    line.hidden = line.lang !== language;
  }

  function chooseLanguage() {
    const asked = /[#&?]lang=(pt|en)/.exec(location.hash) || /[?&]lang=(pt|en)/.exec(location.search);
    const wished = asked ? asked[1] : navigator.language || "";
    return wished.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
  }

  // A failure with the key of its sentence.
  class BootFailure extends Error {
    constructor(key, cause) {
      super(String((cause && cause.stack) || cause));
      this.key = key;
    }
  }

  async function start() {
    if (typeof WebAssembly !== "object") throw new BootFailure("old", "no WebAssembly");
    const source = inside ? await programInside() : await programServed();
    try {
      await wasm_bindgen({ module_or_path: source });
    } catch (error) {
      throw new BootFailure("broken", error);
    }
  }

  // The program inside the page: the lengths of its script and styles, both of them, its bytes; deflated, seven bits a
  // character.
  async function programInside() {
    const bytes = new Uint8Array(await inflate(fromSevenBits(inside.textContent)));
    inside.remove();
    const lengths = new DataView(bytes.buffer, bytes.byteOffset);
    const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
    const styles = 8 + lengths.getUint32(0, true);
    const wasm = styles + lengths.getUint32(4, true);
    document.head.append(
      element("script", { textContent: text(8, styles) }),
      element("style", { textContent: text(styles, wasm) }),
    );
    return bytes.subarray(wasm);
  }

  async function programServed() {
    try {
      const answer = await fetch(own.dataset.wasm);
      if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${answer.statusText}`);
      return answer;
    } catch (error) {
      throw new BootFailure(location.protocol === "file:" ? "file" : "lost", error);
    }
  }

  function fromSevenBits(text) {
    const bytes = new Uint8Array((text.length * 7) >> 3);
    let held = 0;
    let count = 0;
    for (let i = 0, at = 0; i < text.length; i++) {
      held = ((held << 7) | (text.charCodeAt(i) & 127)) & 0x3fff;
      count += 7;
      if (count >= 8) {
        count -= 8;
        bytes[at++] = held >> count;
      }
    }
    return bytes;
  }

  async function inflate(bytes) {
    if (typeof DecompressionStream !== "function") return inflateRaw(bytes);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).arrayBuffer();
  }

  function fail(error) {
    const words = WORDS[language];
    const panel = element("div", { className: "boot" });
    panel.setAttribute("role", "alert");
    const next =
      error.key === "file"
        ? element("a", { href: "correio.html", textContent: words.open })
        : element("button", { type: "button", textContent: words.again, onclick: () => location.reload() });
    const details = element("details", {});
    details.append(
      element("summary", { textContent: words.details }),
      element("pre", { textContent: `${error.message}\n${navigator.userAgent}` }),
    );
    panel.append(
      element("h1", { textContent: words.title }),
      element("p", { textContent: words[error.key] || words.broken }),
      next,
      details,
    );
    document.getElementById("app").replaceChildren(panel);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  // Two frames after the start the first picture is on the screen and hands are heard.
  function markInteractive() {
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("correio-interactive")));
  }

  if (typeof wasm_bindgen === "undefined" && !inside) {
    // Under Trunk, which loads the program in its own way and tells when it runs.
    addEventListener("TrunkApplicationStarted", markInteractive, { once: true });
  } else {
    start().then(markInteractive, fail);
  }
})();
