import { pictureShader, storedShader, vertexShader } from "./shaders.js";
import { bounds, fitScale, imageToCanvas, inverse } from "../geometry/view.js";
import { validWindow } from "./window.js";
import { initialState } from "../state.js";

/** @import { LoadedFrame } from "../codec/loader.js" */
/** @import { DisplayFrame, VOIWindow } from "../../types.d.ts" */
/** @import { ViewerState } from "../state.js" */
/** @import { Sampling } from "./shaders.js" */

/**
 * What is drawn: one frame with its own rescale, under a window.
 * @typedef {{ frame: DisplayFrame, loaded: LoadedFrame, window: VOIWindow }} Picture
 */

/** @typedef {"signed" | "unsigned" | "picture"} Kind */

const shapes = { LINEAR: 0, LINEAR_EXACT: 1, SIGMOID: 2 };

/** The browser has no WebGL2, or has switched it off. */
export class NoWebGL extends Error {}

/**
 * What to tell a person when drawing fails.
 * @param {unknown} error
 * @returns {string}
 */
export function drawingTrouble(error) {
    if (error instanceof NoWebGL) {
        return "This browser can't show 16-bit images, because WebGL2 is missing or switched off. " +
            "Use a current Firefox, Chrome, Edge or Safari, or ask IT to allow hardware acceleration.";
    }
    return error instanceof Error ? error.message : "The image can't be drawn.";
}

/**
 * Draws pictures on one canvas. It keeps textures and programs only: what is seen is a function of the
 * picture and the state it is given.
 */
export class Renderer {
    /** @type {Map<string, { program: WebGLProgram, places: Map<string, WebGLUniformLocation | null> }>} */
    #programs = new Map();
    /** @type {{ texture: WebGLTexture, kind: Kind, rows: number, columns: number } | null} */
    #texture = null;
    /** @type {LoadedFrame | null} */
    #uploaded = null;

    /** @param {HTMLCanvasElement} canvas */
    constructor(canvas) {
        const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
        if (!gl) throw new NoWebGL("WebGL2 is missing");
        this.canvas = canvas;
        this.gl = gl;
        canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
        canvas.addEventListener("webglcontextrestored", () => {
            this.#programs.clear();
            this.#texture = null;
            this.#uploaded = null;
            canvas.dispatchEvent(new Event("redraw"));
        });
    }

    /** Compiles what the first image will need; graphics drivers do the larger part of that at the first draw. */
    warm() {
        const frame = {
            ...{ instance: "", frame: 1, number: null, rows: 1, columns: 1, slope: 1, intercept: 0, bitsStored: 16 },
            ...{ photometric: "MONOCHROME2", samples: 1, position: null, orientation: null, pixelSpacing: null },
            ...{ spacingSource: null },
        };
        const window = { center: 0, width: 1, function: /** @type {const} */ ("LINEAR") };
        for (const signed of [true, false]) {
            const values = signed ? new Int16Array(1) : new Uint16Array(1);
            const stored = { rows: 1, columns: 1, signed, bitsStored: 16, values };
            this.draw({ frame: { ...frame, signed }, loaded: { kind: "stored", stored }, window }, initialState, 1);
        }
        this.clear();
    }

    /** Forgets the picture, as when the page changes hands. */
    clear() {
        this.#uploaded = null;
        this.gl.clearColor(0, 0, 0, 1);
        this.gl.clear(this.gl.COLOR_BUFFER_BIT);
    }

    /**
     * Draws. The canvas must have its size in device pixels already.
     * @param {Picture} picture
     * @param {ViewerState} state
     * @param {number} ratio device pixels for one CSS pixel
     */
    draw({ frame, loaded, window }, state, ratio) {
        const { gl, canvas } = this;
        const kind = loaded.kind === "picture" ? "picture" : loaded.stored.signed ? "signed" : "unsigned";
        const size = { width: canvas.width / ratio, height: canvas.height / ratio };
        const shrink = 1 / (fitScale(frame, size, state.rotation) * state.zoom * ratio);
        const sampling = !state.smooth ? "nearest" : shrink > 1.3 && kind !== "picture" ? "mean" : "linear";
        const { program, places } = this.#program(kind, sampling);
        gl.useProgram(program);
        this.#upload(kind, loaded);
        const toCanvas = imageToCanvas(frame, size, state);
        const m = inverse(toCanvas);
        const place = (/** @type {string} */ name) => places.get(name) ?? null;
        gl.uniformMatrix3fv(place("toImage"), false, [
            ...[m.a / ratio, m.b / ratio, 0],
            ...[m.c / ratio, m.d / ratio, 0],
            ...[m.e, m.f, 1],
        ]);
        gl.uniform2f(place("canvas"), canvas.width, canvas.height);
        gl.uniform2i(place("size"), frame.columns, frame.rows);
        gl.uniform1i(place("taps"), Math.min(5, Math.ceil(shrink)));
        // MONOCHROME1: the lowest value is white (PS3.3 C.7.6.3.1.2). A rendered picture is right already.
        const white = kind !== "picture" && frame.photometric === "MONOCHROME1";
        gl.uniform1i(place("inverted"), white !== state.invert ? 1 : 0);
        if (kind !== "picture") {
            const valid = validWindow(window);
            gl.uniform1f(place("slope"), frame.slope);
            gl.uniform1f(place("intercept"), frame.intercept);
            gl.uniform1f(place("center"), valid.center);
            gl.uniform1f(place("width"), valid.width);
            gl.uniform1i(place("shape"), shapes[valid.function] ?? 0);
        }
        gl.viewport(0, 0, canvas.width, canvas.height);
        gl.clearColor(0, 0, 0, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        // Only where the image is: in software GL every pixel counts.
        const [left, top, right, bottom] = bounds(toCanvas, frame).map((edge) => edge * ratio);
        gl.enable(gl.SCISSOR_TEST);
        const x = Math.floor(left);
        const y = Math.floor(canvas.height - bottom);
        gl.scissor(x, y, Math.ceil(right) - x + 1, Math.ceil(canvas.height - top) - y + 1);
        gl.drawArrays(gl.TRIANGLES, 0, 3);
        gl.disable(gl.SCISSOR_TEST);
    }

    /**
     * @param {Kind} kind
     * @param {LoadedFrame} loaded
     */
    #upload(kind, loaded) {
        if (this.#uploaded === loaded) return;
        const { gl } = this;
        const rows = loaded.kind === "picture" ? loaded.bitmap.height : loaded.stored.rows;
        const columns = loaded.kind === "picture" ? loaded.bitmap.width : loaded.stored.columns;
        const old = this.#texture;
        if (!old || old.kind !== kind || old.rows !== rows || old.columns !== columns) {
            if (old) gl.deleteTexture(old.texture);
            this.#texture = { texture: this.#newTexture(kind, rows, columns), kind, rows, columns };
        }
        gl.bindTexture(gl.TEXTURE_2D, this.#texture?.texture ?? null);
        gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
        if (loaded.kind === "picture") {
            gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, loaded.bitmap);
        } else {
            const type = kind === "signed" ? gl.SHORT : gl.UNSIGNED_SHORT;
            gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl.RED_INTEGER, type, loaded.stored.values);
        }
        this.#uploaded = loaded;
    }

    /**
     * @param {Kind} kind
     * @param {number} rows
     * @param {number} columns
     */
    #newTexture(kind, rows, columns) {
        const { gl } = this;
        const most = gl.getParameter(gl.MAX_TEXTURE_SIZE);
        if (rows > most || columns > most) {
            throw new Error(
                `This image is larger than the graphics of this computer can show (${most} pixels a side).`,
            );
        }
        const texture = gl.createTexture();
        gl.bindTexture(gl.TEXTURE_2D, texture);
        const format = { signed: gl.R16I, unsigned: gl.R16UI, picture: gl.RGBA8 }[kind];
        const filter = kind === "picture" ? gl.LINEAR : gl.NEAREST;
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
        gl.texStorage2D(gl.TEXTURE_2D, 1, format, columns, rows);
        return texture;
    }

    /**
     * @param {Kind} kind
     * @param {Sampling} sampling
     */
    #program(kind, sampling) {
        const key = `${kind} ${sampling}`;
        const known = this.#programs.get(key);
        if (known) return known;
        const { gl } = this;
        const program = gl.createProgram();
        const fragment = kind === "picture"
            ? pictureShader(sampling !== "nearest")
            : storedShader(kind === "signed", sampling);
        for (const [type, source] of /** @type {const} */ ([["VERTEX", vertexShader], ["FRAGMENT", fragment]])) {
            const shader = gl.createShader(type === "VERTEX" ? gl.VERTEX_SHADER : gl.FRAGMENT_SHADER);
            if (!shader) throw new NoWebGL("no shader");
            gl.shaderSource(shader, source);
            gl.compileShader(shader);
            gl.attachShader(program, shader);
        }
        gl.linkProgram(program);
        if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
            throw new NoWebGL(gl.getProgramInfoLog(program) ?? "the shader does not link");
        }
        /** @type {Map<string, WebGLUniformLocation | null>} */
        const places = new Map();
        const names = ["toImage", "canvas", "size", "inverted", "taps", "slope", "intercept"]
            .concat(["center", "width", "shape"]);
        for (const name of names) places.set(name, gl.getUniformLocation(program, name));
        const made = { program, places };
        this.#programs.set(key, made);
        return made;
    }
}
