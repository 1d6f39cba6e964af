// Wraps promises, timers, listeners and more of the page, as Angular does before all else.

import "zone.js";
