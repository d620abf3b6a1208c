"use strict";
(() => {
  const main = document.querySelector("main");
  const cards = Array.from(document.querySelectorAll(".card"));
  const reviewer = document.getElementById("reviewer");
  const slot = "robustspec-review-" + main.dataset.queue;
  let current = -1;

  const verdictOf = (card) => card.querySelector("input[type=radio]:checked")?.value ?? "";
  const commentOf = (card) => card.querySelector(".comment").value;

  function keep() {
    const verdicts = {};
    for (const card of cards) {
      if (verdictOf(card) || commentOf(card)) verdicts[card.id] = [verdictOf(card), commentOf(card)];
    }
    try {
      localStorage.setItem(slot, JSON.stringify({ reviewer: reviewer.value, verdicts }));
    } catch { /* a browser may forbid it: then the page must stay open */ }
  }

  function restore() {
    try {
      const kept = JSON.parse(localStorage.getItem(slot)) ?? {};
      reviewer.value = kept.reviewer ?? "";
      for (const card of cards) {
        const [verdict, comment] = kept.verdicts?.[card.id] ?? ["", ""];
        card.querySelector(".comment").value = comment;
        for (const radio of card.querySelectorAll("input[type=radio]")) radio.checked = radio.value === verdict;
      }
    } catch { /* nothing that can be read was kept */ }
  }

  function show() {
    let done = 0;
    for (const card of cards) {
      card.dataset.verdict = verdictOf(card);
      if (card.dataset.verdict) done += 1;
    }
    document.getElementById("progress").value = done;
    document.getElementById("count").textContent = done + " of " + cards.length;
  }

  function go(place) {
    if (!cards.length) return;
    cards[current]?.classList.remove("current");
    current = Math.max(0, Math.min(cards.length - 1, place));
    cards[current].classList.add("current");
    cards[current].scrollIntoView({ block: "start" });
  }

  function nextOpen() {
    const open = (place) => place >= 0 && !verdictOf(cards[place]);
    const after = cards.findIndex((_, place) => place > current && open(place));
    go(after >= 0 ? after : Math.max(0, cards.findIndex((_, place) => open(place))));
  }

  function judge(word) {
    if (current < 0) go(0);
    cards[current].querySelector("input[value=" + word + "]").checked = true;
    show();
    keep();
    go(current + 1);
  }

  // A spreadsheet must not run what a comment begins with.
  const cell = (text) => '"' + text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""') + '"';

  function save() {
    const lines = cards.map((card) => [card.id, verdictOf(card), commentOf(card)].map(cell).join(","));
    const text = "\ufeff" + ["review_id,verdict,comment", ...lines, ""].join("\r\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = (reviewer.value.trim().replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "verdicts") + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const ACTIONS = {
    y: () => judge("yes"), n: () => judge("no"), u: () => judge("unsure"),
    j: () => go(current + 1), ArrowDown: () => go(current + 1),
    k: () => go(current - 1), ArrowUp: () => go(current - 1),
    c: () => { if (current < 0) go(0); cards[current].querySelector(".comment").focus(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=text]")) {
      if (event.key === "Escape" || event.key === "Enter") {
        event.preventDefault();
        event.target.blur();
      }
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(ACTIONS, key)) return;
    event.preventDefault();
    ACTIONS[key]();
  });
  document.addEventListener("input", () => { show(); keep(); });
  document.addEventListener("focusin", (event) => {
    const place = cards.indexOf(event.target.closest(".card"));
    if (place < 0 || place === current) return;
    cards[current]?.classList.remove("current");
    current = place;
    cards[current].classList.add("current");
  });
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("next").addEventListener("click", nextOpen);
  document.getElementById("save").addEventListener("click", save);
  restore();
  show();
})();
