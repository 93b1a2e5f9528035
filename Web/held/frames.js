/**
 * Pictures of held images. Nothing of them is in the browser's cache (the server says no-store): what is to be shown
 * next waits here, in memory, and goes when it was decided on.
 */

/** @import { HeldItem } from "../types.d.ts" */

/** Frames of one image that are kept. */
const most = 240;

/** @param {HeldItem} item */
export function itemPath(item) {
    return `held/${encodeURIComponent(String(item.id))}`;
}

export class Frames {
    /** By image, contrast and frame. @type {Map<string, HTMLImageElement>} */
    #pictures = new Map();

    /**
     * The picture of a frame; it may still be on its way.
     * @param {HeldItem} item
     * @param {number} frame from 1
     * @param {boolean} stretched over all values the frame has
     */
    picture(item, frame, stretched) {
        const key = `${item.id} ${stretched} ${frame}`;
        let picture = this.#pictures.get(key);
        if (!picture) {
            picture = document.createElement("img");
            picture.draggable = false;
            picture.src = `/api/v1/${itemPath(item)}/frames/${frame}/rendered${stretched ? "?window=full" : ""}`;
            const total = item.frames ?? 1;
            picture.alt = `Held image${total > 1 ? `, frame ${frame} of ${total}` : ""}`;
            // What failed is asked for again when it is looked at again.
            picture.addEventListener("error", () => this.#pictures.delete(key));
            this.#pictures.set(key, picture);
            this.#shrink();
        }
        return picture;
    }

    /** Lets go of all pictures but those of these images. @param {(HeldItem | undefined)[]} items */
    keepOnly(items) {
        const kept = items.flatMap((item) => item ? [`${item.id} `] : []);
        for (const key of this.#pictures.keys()) {
            if (!kept.some((start) => key.startsWith(start))) this.#pictures.delete(key);
        }
    }

    #shrink() {
        for (const key of this.#pictures.keys()) {
            if (this.#pictures.size <= most) return;
            this.#pictures.delete(key);
        }
    }
}
