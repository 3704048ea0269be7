// Runs in every document before its own scripts: time is the world's, chance is fixed, everything stays in one page.
//
// Time stands still between actions. Timers that are due within a second of the page's time run at once, in their order;
// later ones run when the world's time has come that far. `quiet` is fulfilled when nothing is under way any more.
(start) => {
  "use strict";
  const AT_ONCE = 1000;
  const SHORTEST = 10;
  const STORED = "worlds.now";
  const native = {
    Date: window.Date,
    setTimeout: window.setTimeout.bind(window),
    fetch: window.fetch.bind(window),
    send: XMLHttpRequest.prototype.send,
  };

  let now = start;
  try {
    now = Number(sessionStorage.getItem(STORED)) || start;
  } catch {
    // a document without an origin has no storage
  }
  const began = now;
  let horizon = now + AT_ONCE;

  window.Date = new Proxy(native.Date, {
    construct: (target, values, maker) => Reflect.construct(target, values.length ? values : [now], maker),
    apply: () => new native.Date(now).toString(),
    get: (target, name) => (name === "now" ? () => now : Reflect.get(target, name)),
  });
  native.Date.prototype.constructor = window.Date;
  performance.now = () => now - began;

  let chance = 0x9e3779b9;
  Math.random = () => {
    chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0;
    return chance / 4294967296;
  };

  const timers = new Map();
  let last = 0;
  let turning = false;

  const soonest = () => {
    let found = null;
    for (const timer of timers.values()) if (found === null || timer.due < found.due) found = timer;
    return found !== null && found.due <= horizon ? found : null;
  };
  const turn = () => {
    const timer = soonest();
    turning = timer !== null;
    if (timer === null) return;
    native.setTimeout(turn, 0);
    now = Math.max(now, timer.due);
    if (timer.every) timer.due += timer.every;
    else timers.delete(timer.id);
    timer.callback.apply(window, timer.values);
  };
  const wake = () => {
    if (turning || soonest() === null) return;
    turning = true;
    native.setTimeout(turn, 0);
  };
  const keep = (callback, delay, values, repeated) => {
    const wait = Math.max(Number(delay) || 0, repeated ? SHORTEST : 0);
    last += 1;
    if (typeof callback === "function") {
      timers.set(last, { id: last, callback, values, due: now + wait, every: repeated ? wait : 0 });
      wake();
    }
    return last;
  };
  window.setTimeout = (callback, delay, ...values) => keep(callback, delay, values, false);
  window.setInterval = (callback, delay, ...values) => keep(callback, delay, values, true);
  window.clearTimeout = (id) => void timers.delete(id);
  window.clearInterval = window.clearTimeout;

  let busy = 0;
  const counted = (promise) => {
    busy += 1;
    const done = () => void (busy -= 1);
    promise.then(done, done);
    return promise;
  };
  window.fetch = (...request) => counted(native.fetch(...request));
  for (const name of ["text", "json", "blob", "arrayBuffer", "formData"]) {
    const read = Response.prototype[name];
    Response.prototype[name] = function (...values) {
      return counted(read.apply(this, values));
    };
  }
  XMLHttpRequest.prototype.send = function (...body) {
    busy += 1;
    this.addEventListener("loadend", () => void (busy -= 1), { once: true });
    return native.send.apply(this, body);
  };

  let leaving = false;
  window.addEventListener("beforeunload", () => void (leaving = true));

  const untarget = (event) => {
    const element = event.target instanceof Element ? event.target.closest("a[target], area[target], form[target]") : null;
    if (element !== null) element.removeAttribute("target");
  };
  document.addEventListener("click", untarget, true);
  document.addEventListener("submit", untarget, true);
  window.open = (address) => {
    if (address) window.location.assign(address);
    return null;
  };
  window.print = () => {};

  const still = () => !leaving && !turning && busy === 0 && document.readyState === "complete";
  const quiet = (moment) =>
    new Promise((resolve) => {
      if (moment > now) {
        now = moment;
        try {
          sessionStorage.setItem(STORED, String(now));
        } catch {
          // as above
        }
      }
      horizon = now + AT_ONCE;
      wake();
      let looks = 0; // what a promise or an event sets off becomes visible a turn later
      const look = () => {
        looks = still() ? looks + 1 : 0;
        if (looks > 2) resolve();
        else native.setTimeout(look, 0);
      };
      look();
    });
  const stay = () => void (leaving = false);
  Object.defineProperty(window, "__still", { value: Object.freeze({ quiet, stay }) });
}
