import { fill, h } from "../core/dom.js";
import { isAbort, messageOf, send } from "../core/api.js";
import { formatCount } from "../core/format.js";
import { copyButton } from "../ui/copy.js";

/**
 * Text of the ledger, which is no JSON.
 * @param {string} name
 * @param {AbortSignal} signal
 */
async function text(name, signal) {
    return await (await send(`/api/v1/ledger/${name}`, { signal })).text();
}

/** @param {string} command */
function commandLine(command) {
    return h("div", { class: "copy-line" }, h("code", null, command), copyButton(command, "the command"));
}

/**
 * What proves that nothing was changed or taken out afterwards: the present checkpoint, and how to check it.
 * @param {AbortSignal} signal
 */
export function proofBox(signal) {
    const place = h("div", { class: "proof" }, h("p", { class: "muted" }, "One moment…"));
    const load = async () => {
        try {
            const [note, key] = await Promise.all([text("checkpoint", signal), text("key", signal)]);
            fill(place, proof(note, key.trim()));
        } catch (error) {
            if (!isAbort(error)) fill(place, h("p", { class: "muted" }, messageOf(error)));
        }
    };
    load();
    return h("section", { class: "card section" }, h("h2", null, "This log can be proven"), place);
}

/**
 * @param {string} note the checkpoint: where it is from, how many entries, and their digest
 * @param {string} key
 */
function proof(note, key) {
    const size = Number(note.split("\n")[1]);
    return [
        h("p", null, [
            "Every line above is also an entry in a ledger that only grows. ",
            Number.isSafeInteger(size) ? `It has ${formatCount(size)} entries now. ` : "",
            "The checkpoint below is signed and stands for all of them. Keep one outside the hospital, for example " +
            "once a month: who has it can prove later that nothing before it was changed or taken out, not even by " +
            "the people who run the server.",
        ]),
        h("pre", { class: "checkpoint", tabindex: "0", "aria-label": "The present checkpoint" }, note.trimEnd()),
        h("div", { class: "actions" }, [
            h(
                "a",
                { class: "button small", href: "/api/v1/ledger/checkpoint", download: "tarn.checkpoint" },
                "Download the checkpoint",
            ),
            h("a", { class: "button small", href: "/api/v1/ledger/key", download: "tarn.vkey" }, "Download the key"),
            copyButton(note, "the checkpoint"),
        ]),
        h("details", null, [
            h("summary", null, "How to check it"),
            h("div", { class: "proof-steps" }, [
                h("p", null, "1. Whoever runs the server exports the whole log:"),
                commandLine("tarn audit export --output tarn.log"),
                h(
                    "p",
                    null,
                    "2. On any computer, without a network, it is checked against the key and the checkpoint:",
                ),
                commandLine("tarn audit verify tarn.log --key @tarn.vkey --expect tarn.checkpoint"),
                h(
                    "p",
                    { class: "muted small" },
                    "The log names no patient: studies stand in it under a secret that erasing a patient destroys. " +
                        "The key of this server is:",
                ),
                h("div", { class: "copy-line" }, h("code", null, key), copyButton(key, "the key")),
            ]),
        ]),
    ];
}
