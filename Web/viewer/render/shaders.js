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
uniform bool smoothed;
uniform bool inverted;
uniform int taps;
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
 * The fragment shader for stored values.
 * @param {boolean} signed
 */
export function storedShader(signed) {
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
    return float(texelFetch(frame, clamp(at, ivec2(0), size - 1), 0).r) * slope + intercept;
}

float interpolated(vec2 at) {
    vec2 base = floor(at - 0.5);
    vec2 part = at - 0.5 - base;
    ivec2 corner = ivec2(base);
    return mix(
        mix(rescaled(corner), rescaled(corner + ivec2(1, 0)), part.x),
        mix(rescaled(corner + ivec2(0, 1)), rescaled(corner + ivec2(1, 1)), part.x),
        part.y);
}

// Smaller than one to one: the mean of what falls into the pixel, or fine lines would flicker.
float averaged(vec2 at) {
    vec2 across = (toImage * vec3(1.0, 0.0, 0.0)).xy;
    vec2 down = (toImage * vec3(0.0, 1.0, 0.0)).xy;
    float sum = 0.0;
    for (int j = 0; j < taps; j++) {
        for (int i = 0; i < taps; i++) {
            vec2 offset = (vec2(float(i), float(j)) + 0.5) / float(taps) - 0.5;
            sum += rescaled(ivec2(floor(at + across * offset.x + down * offset.y)));
        }
    }
    return sum / float(taps * taps);
}

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
    float value = !smoothed ? rescaled(ivec2(floor(at))) : taps > 1 ? averaged(at) : interpolated(at);
    float shown = grey(value);
    if (inverted) shown = 1.0 - shown;
    colour = vec4(vec3(shown), 1.0);
}`;
}

/** The fragment shader for a picture the server rendered. */
export const pictureShader = `#version 300 es
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
    vec3 shown = smoothed
        ? texture(frame, at / vec2(size)).rgb
        : texelFetch(frame, ivec2(floor(at)), 0).rgb;
    if (inverted) shown = 1.0 - shown;
    colour = vec4(shown, 1.0) + float(taps) * 0.0;
}`;
