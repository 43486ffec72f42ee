"""When a page has nothing more to do: no picture is asked for, no short wait runs, no answer or motion is outstanding.
What a test waits for so holds on a slow machine too, and is over at once on a fast one."""

from __future__ import annotations

from playwright.sync_api import Frame

#: Before the page's own scripts: counts what those ask the browser for. The live line is always waiting for something.
WATCH = r"""(() => {
  if (window.underway) return;
  const names = ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout", "fetch"];
  const [draw, drop, nap, wake, ask] = names.map((name) => window[name].bind(window));
  const [pictures, naps] = [new Set(), new Map()];
  let answers = 0;
  window.requestAnimationFrame = (call) => {
    const id = draw((now) => {
      pictures.delete(id);
      call(now);
    });
    pictures.add(id);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    pictures.delete(id);
    drop(id);
  };
  window.setTimeout = (call, ms, ...more) => {
    const id = nap(() => {
      naps.delete(id);
      call(...more);
    }, ms);
    naps.set(id, ms ?? 0);
    return id;
  };
  window.clearTimeout = (id) => {
    naps.delete(id);
    wake(id);
  };
  const counted = async (answer) => {
    answers += 1;
    try {
      return await answer;
    } finally {
      answers -= 1;
    }
  };
  window.fetch = async (what, ...more) => {
    if (/\/(events|updates)\b/.test(what?.url ?? what)) return ask(what, ...more);
    const reply = await counted(ask(what, ...more));
    for (const read of ["arrayBuffer", "blob", "json", "text"]) {
      const plain = reply[read];
      reply[read] = () => counted(plain.call(reply));
    }
    return reply;
  };
  const turn = () => new Promise((done) => {
    draw(done);
    nap(done, 100);  // a hidden frame gets no pictures
  });
  const left = (longest) => ({
    pictures: pictures.size,
    answers,
    naps: [...naps.values()].filter((ms) => ms <= longest).length,
    motions: document.getAnimations().filter((one) =>
      one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity).length,
  });
  const isLeft = (what) => Object.values(what).some((count) => count > 0);
  window.underway = async (longest, most) => {
    const end = performance.now() + most;
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await turn();
      const what = left(longest);
      if (!isLeft(what)) continue;
      if (performance.now() > end) return what;
      quiet = -1;
    }
    return null;
  };
})()"""
#: Longer than this the page waits only for what nobody sees, ms; the address is written 400 after a change.
NAP_MS, ADDRESS_MS = 320, 420
MOST_MS = 60_000


def wait_until_done(frame: Frame, nap_ms: int = NAP_MS) -> None:
    """Three pictures in a row with nothing left to do. nap_ms: waits of the page's own up to so long are waited for."""
    frame.evaluate(WATCH)
    left = frame.evaluate("([longest, most]) => window.underway(longest, most)", [nap_ms, MOST_MS])
    assert left is None, f"the page never rests: {left}"
