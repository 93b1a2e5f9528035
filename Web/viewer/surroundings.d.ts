import type { DisplayFrame, SeriesDisplay, Study } from "../types.d.ts";
import type { ByteCache } from "./codec/cache.js";
import type { StoredFrame } from "./codec/frame.js";
import type { LoadedFrame } from "./codec/loader.js";
import type { DecoderPool } from "./codec/pool.js";
import type { SeriesName } from "./drop.js";
import type { ViewerState } from "./state.js";
import type { Point } from "./tools/pointer.js";
import type { TarnViewport } from "./viewport.js";

/** What a viewport shows. */
export interface Shown {
    study: Study;
    display: SeriesDisplay;
    frame: DisplayFrame;
    /** Of the frame in the series, from 0. */
    index: number;
    /** null for a picture that the server rendered. */
    stored: StoredFrame | null;
}

/** What all viewports of a viewer have in common, and whom they tell. */
export interface Surroundings {
    pool: DecoderPool;
    cache: ByteCache<LoadedFrame>;
    changed(viewport: TarnViewport, before: ViewerState): void;
    /** A hand is on it. */
    touched(viewport: TarnViewport): void;
    hovered(viewport: TarnViewport, point: Point, event: PointerEvent): void;
    left(viewport: TarnViewport): void;
    menu(viewport: TarnViewport, point: Point): void;
    maximise(viewport: TarnViewport): void;
    close(viewport: TarnViewport): void;
    dropped(viewport: TarnViewport, detail: SeriesName): void;
}
