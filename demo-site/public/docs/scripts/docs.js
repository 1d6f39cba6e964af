// What a page of the documentation can do with a script: search, copy, switch the theme.

import { startTheme } from "/theme.js";
import { startCopying } from "./copying.js";
import { startSearch } from "./search.js";

document.documentElement.classList.add("scripted");
startTheme();
startCopying();
startSearch();
