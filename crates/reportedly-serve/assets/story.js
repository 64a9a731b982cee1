// The slider of a story: the page as it stood on the day under it.
(() => {
  "use strict";
  const strip = document.querySelector(".strip");
  if (!strip) return;
  const format = new Intl.DateTimeFormat(strip.dataset.locale, { dateStyle: "long", timeZone: "UTC" });
  const slider = strip.querySelector("input"), shown = strip.querySelector("output");
  const days = JSON.parse(strip.dataset.days), first = Date.parse(strip.dataset.first + "T00:00:00Z");
  const all = days.reduce((sum, [, n]) => sum + n, 0);
  const day = () => new Date(first + slider.valueAsNumber * 864e5);
  const tell = () => {
    const known = days.reduce((sum, [at, n]) => sum + (at <= slider.valueAsNumber ? n : 0), 0);
    shown.textContent = format.format(day()) + " · " + strip.dataset.of.replace("{}", known).replace("{}", all);
    slider.setAttribute("aria-valuetext", shown.textContent);
    strip.querySelectorAll("rect").forEach((bar, i) => bar.classList.toggle("past", days[i][0] <= slider.valueAsNumber));
  };
  let asked = 0;
  const load = async () => {
    const now = ++asked, url = new URL(location.href);
    if (slider.valueAsNumber === Number(slider.max)) url.searchParams.delete("as_of");
    else url.searchParams.set("as_of", day().toISOString().slice(0, 10));
    const answer = await fetch(url);
    const text = await answer.text();
    if (now !== asked) return;
    if (!answer.ok) { location.assign(url); return; }
    const page = new DOMParser().parseFromString(text, "text/html");
    // Everything but the slider, which stays under the hand that moves it.
    const own = strip.closest("section"), story = own.parentElement, fresh = page.querySelector("article.story");
    const there = fresh.querySelector(".when");
    for (const old of [...story.children]) if (old !== own) old.remove();
    let before = true;
    for (const piece of [...fresh.children]) {
      if (piece === there) { before = false; continue; }
      if (before) own.before(document.adoptNode(piece)); else story.append(document.adoptNode(piece));
    }
    document.title = page.title;
    history.replaceState(null, "", url);
    const form = own.querySelector("[name=as_of]");
    if (form) form.value = url.searchParams.get("as_of") || form.max;
  };
  let soon;
  slider.addEventListener("input", () => { tell(); clearTimeout(soon); soon = setTimeout(load, 180); });
  slider.hidden = false;
  tell();
})();
