// Rendering. Whatever is put into a template is text, never markup.

export {
  Component, createContext, html, render, useCallback, useContext, useEffect, useLayoutEffect,
  useMemo, useReducer, useRef, useState,
} from "../vendor/htm-preact.js";
