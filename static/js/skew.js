// The portal's time on a phone whose own clock may be wrong: measured with each answer, kept for the hours without network.

const SLOW = 5000;
// The portal says whole seconds, and an answer takes its time.
const FINE = 2000;
// A difference that is worth a word.
export const WORTH = 60000;

export class Clock {
  // `skew`: how far the phone ran ahead when it was last measured.
  constructor({ skew = 0 } = {}) {
    Object.assign(this, { skew, era: newEra(), measured: false, wall: Date.now(), steady: performance.now() });
  }

  now() {
    this.#watch();
    return Date.now() - this.skew;
  }

  // A stretch in which the phone's clock was not set: rows of this one can still be put right by a later measurement.
  get stretch() {
    this.#watch();
    return this.era;
  }

  // True when the skew has changed. `date` is what the portal said, `asked` the phone's time of the question.
  measure(date, asked) {
    const answered = Date.now();
    const said = Date.parse(date);
    if (!said || answered < asked || answered - asked > SLOW) return false;
    this.#watch();
    this.measured = true;
    const skew = Math.round((asked + answered) / 2 - (said + 500));
    if (Math.abs(skew - this.skew) <= FINE) return false;
    this.skew = Math.abs(skew) <= FINE ? 0 : skew;
    return true;
  }

  // When the phone's clock and its stop-watch disagree, the phone slept or its clock was set: a new stretch begins.
  #watch() {
    const wall = Date.now();
    const steady = performance.now();
    const jump = wall - this.wall - (steady - this.steady);
    Object.assign(this, { wall, steady });
    if (Math.abs(jump) <= FINE) return;
    this.era = newEra();
    // A stop-watch stands still while the phone sleeps, but it never runs ahead: the clock was set back.
    if (jump < 0) this.skew += jump;
  }
}

const newEra = () => `${Date.now()}.${Math.random()}`;
