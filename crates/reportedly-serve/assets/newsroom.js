// Keys: j and k go through the news, o opens, s and / search, g h goes home, ? tells them.
(() => {
  "use strict";
  const items = () => [...document.querySelectorAll(".news > li h2 a, .found h2 a, .timeline li .sources a:first-child")];
  let at = -1, g = false;
  const go = (step) => {
    const all = items();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].focus();
    all[at].scrollIntoView({ block: "center" });
  };
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    const home = document.querySelector(".nameplate");
    if (g) { g = false; if (e.key === "h" && home) { home.click(); } return; }
    switch (e.key) {
      case "j": go(1); break;
      case "k": go(-1); break;
      case "o": if (document.activeElement && document.activeElement.href) document.activeElement.click(); break;
      case "s": case "/": { const find = document.getElementById("q") || document.getElementById("find"); if (find) { e.preventDefault(); find.focus(); } break; }
      case "g": g = true; break;
    }
  });
})();
