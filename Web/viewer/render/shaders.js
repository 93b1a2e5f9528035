/** GLSL for the image: interpolation on rescaled values, then the window (PS3.3 C.11.2), then inversion. */

export const vertexShader = `#version 300 es
void main() {
    // One triangle that covers the canvas.
    vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

const common = `
uniform mat3 toImage;
uniform vec2 canvas;
uniform ivec2 size;
uniform bool inverted;
out vec4 colour;

vec2 position() {
    vec2 at = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y);
    return (toImage * vec3(at, 1.0)).xy;
}

bool outside(vec2 at) {
    return any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, vec2(size)));
}
`;

/**
 * How a place between pixels gets its value. One program each: a branch in the shader costs software GL dearly.
 * @typedef {"nearest" | "linear" | "mean"} Sampling
 */

/** @type {Record<Sampling, string>} */
const sampled = {
    nearest: `
float value(vec2 at) {
    return rescaled(ivec2(at));
}`,
    linear: `
float value(vec2 at) {
    vec2 base = floor(at - 0.5);
    vec2 part = at - 0.5 - base;
    ivec2 low = max(ivec2(base), ivec2(0));
    ivec2 high = min(ivec2(base) + 1, size - 1);
    return mix(
        mix(rescaled(low), rescaled(ivec2(high.x, low.y)), part.x),
        mix(rescaled(ivec2(low.x, high.y)), rescaled(high), part.x),
        part.y);
}`,
    // Smaller than one to one: the mean of what falls into the pixel, or fine lines would flicker.
    mean: `
uniform int taps;
float value(vec2 at) {
    vec2 across = (toImage * vec3(1.0, 0.0, 0.0)).xy;
    vec2 down = (toImage * vec3(0.0, 1.0, 0.0)).xy;
    float sum = 0.0;
    for (int j = 0; j < taps; j++) {
        for (int i = 0; i < taps; i++) {
            vec2 offset = (vec2(float(i), float(j)) + 0.5) / float(taps) - 0.5;
            ivec2 place = ivec2(floor(at + across * offset.x + down * offset.y));
            sum += rescaled(clamp(place, ivec2(0), size - 1));
        }
    }
    return sum / float(taps * taps);
}`,
};

/**
 * The fragment shader for stored values.
 * @param {boolean} signed
 * @param {Sampling} sampling
 */
export function storedShader(signed, sampling) {
    return `#version 300 es
precision highp float;
precision highp int;
precision highp ${signed ? "isampler2D" : "usampler2D"};
uniform ${signed ? "isampler2D" : "usampler2D"} frame;
uniform float slope;
uniform float intercept;
uniform float center;
uniform float width;
uniform int shape;
${common}
float rescaled(ivec2 at) {
    return float(texelFetch(frame, at, 0).r) * slope + intercept;
}
${sampled[sampling]}

float grey(float x) {
    if (shape == 2) return 1.0 / (1.0 + exp(-4.0 * (x - center) / width));
    if (shape == 1) {
        if (x <= center - width / 2.0) return 0.0;
        if (x > center + width / 2.0) return 1.0;
        return (x - center) / width + 0.5;
    }
    if (x <= center - 0.5 - (width - 1.0) / 2.0) return 0.0;
    if (x > center - 0.5 + (width - 1.0) / 2.0) return 1.0;
    return (x - (center - 0.5)) / (width - 1.0) + 0.5;
}

void main() {
    vec2 at = position();
    if (outside(at)) {
        colour = vec4(0.0, 0.0, 0.0, 1.0);
        return;
    }
    float shown = grey(value(at));
    if (inverted) shown = 1.0 - shown;
    colour = vec4(vec3(shown), 1.0);
}`;
}

/**
 * The fragment shader for a picture the server rendered.
 * @param {boolean} smooth
 */
export function pictureShader(smooth) {
    return `#version 300 es
precision highp float;
precision highp int;
uniform sampler2D frame;
${common}
void main() {
    vec2 at = position();
    if (outside(at)) {
        colour = vec4(0.0, 0.0, 0.0, 1.0);
        return;
    }
    vec3 shown = ${smooth ? "texture(frame, at / vec2(size)).rgb" : "texelFetch(frame, ivec2(at), 0).rgb"};
    if (inverted) shown = 1.0 - shown;
    colour = vec4(shown, 1.0);
}`;
}
