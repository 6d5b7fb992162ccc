// The one place that names the libraries: views take html and the hooks from here.
import { h, render } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);
export { render, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** Draws the component again every so many milliseconds, for what shows the time that passes. */
export function useTick(milliseconds) {
  const [, set] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => set((n) => n + 1), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}

/** Whether a media query holds, followed as it changes. */
export function useMedia(query) {
  const list = useMemo(() => matchMedia(query), [query]);
  const [holds, set] = useState(list.matches);
  useEffect(() => {
    const follow = () => set(list.matches);
    follow();
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [list]);
  return holds;
}

/**
 * What a function fetches, fetched again when a key changes, and every so many milliseconds if that is given.
 * Gives {data, error, again}; an older answer never replaces a newer one.
 */
export function useFetched(fetcher, keys, every = 0) {
  const [state, set] = useState({ data: null, error: null });
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const data = await fetcher();
      if (mine === turn.current) set({ data, error: null });
    } catch (error) {
      if (mine === turn.current) set((old) => ({ data: error.status === 404 ? null : old.data, error }));
    }
  }, keys);
  useEffect(() => {
    set({ data: null, error: null });
    again();
    const timer = every > 0 ? setInterval(again, every) : 0;
    return () => {
      turn.current++;
      clearInterval(timer);
    };
  }, [again, every]);
  return { ...state, again };
}
