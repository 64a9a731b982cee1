// What a script adds. Every page can be read and used without it.
(() => {
  "use strict";
  const { base, rooms } = document.body.dataset;

  // Keys: j and k go through what a page lists, o opens, s and / search, g and a letter go to a room, ? tells them all.
  // They can be turned off: who dictates or has tremors may press them unintended.
  const KEPT = "reportedly.keys";
  const keys = {
    get on() { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } },
    set on(on) { try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* not kept where nothing may be */ } },
  };
  // What a page lists; the first of these that it has.
  const LISTS = [
    ".news h2 a, .found h2 a",
    ".timeline .sources a:first-child, .articles .title a",
    "main [data-item], main th[scope=row] a, main li h3 a",
    "main li a:first-of-type",
  ];
  // How long a letter may follow a g.
  const SECOND_KEY = 1500;

  const step = (forward) => {
    const all = LISTS.map((list) => [...document.querySelectorAll(list)]).find((found) => found.length);
    if (!all) return;
    const here = document.activeElement;
    const lies = (other, where) => here !== document.body && (here.compareDocumentPosition(other) & where);
    const next = forward
      ? here === document.body ? all[0] : all.find((one) => lies(one, Node.DOCUMENT_POSITION_FOLLOWING))
      : all.findLast((one) => lies(one, Node.DOCUMENT_POSITION_PRECEDING));
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  };

  const search = () => {
    const field = document.getElementById("q") ?? document.getElementById("find");
    field?.focus();
    field?.select?.();
  };

  const arm = (root) => {
    for (const hidden of root.querySelectorAll(".script-only")) hidden.hidden = false;
    for (const control of root.querySelectorAll("[data-keys]")) {
      control.checked = keys.on;
      control.addEventListener("change", () => { keys.on = control.checked; });
    }
  };

  const help = async () => {
    const there = document.getElementById("sheet");
    if (there) return there.showModal();
    if (document.querySelector("main .keys")) return;
    const address = `${base}/keys`;
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const sheet = document.createElement("dialog");
      sheet.id = "sheet";
      sheet.setAttribute("aria-labelledby", "keys");
      sheet.append(...page.querySelector("main .keys").childNodes);
      for (const close of sheet.querySelectorAll(".sheet-only")) close.hidden = false;
      arm(sheet);
      document.body.append(sheet);
      sheet.showModal();
    } catch {
      location.assign(address);
    }
  };

  const places = new Map(rooms.split(" ").map((room) => [room[0], base + room.slice(1)]));
  let g = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable], dialog") || !keys.on) return;
    const second = event.timeStamp - g < SECOND_KEY;
    g = -Infinity;
    if (second) {
      const place = places.get(event.key);
      if (place) location.assign(place);
      return;
    }
    switch (event.key) {
      case "j": step(true); break;
      case "k": step(false); break;
      case "o": document.activeElement?.closest("a[href]")?.click(); break;
      case "s": case "/": event.preventDefault(); search(); break;
      case "?": help(); break;
      case "g": g = event.timeStamp; break;
    }
  });

  arm(document);

  // Escape puts away what is explained on hover and focus, until something else is.
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") document.body.classList.add("quiet"); });
  for (const comes of ["focusin", "pointerover"]) {
    document.addEventListener(comes, ({ target }) => {
      if (target.closest?.("[data-tip]")) document.body.classList.remove("quiet");
    });
  }

  // "Show more" puts what follows in its own place: the focus goes to the first of it, and it is said aloud.
  let last = null;
  document.addEventListener("htmx:before:request", ({ target }) => {
    const place = target.closest?.(".next");
    last = place && { before: place.previousElementSibling, link: target };
  });
  document.addEventListener("htmx:after:settle", () => {
    if (!last) return;
    last.before?.nextElementSibling?.querySelector("a[href]")?.focus();
    const aloud = document.getElementById("aloud");
    if (aloud) aloud.textContent = last.link.dataset.told ?? "";
    last = null;
  });
  // Where that fails, the link is a link.
  document.addEventListener("htmx:error", () => { if (last?.link.isConnected) location.assign(last.link.href); });
})();
