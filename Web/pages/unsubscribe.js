import { h } from "../core/dom.js";
import { send } from "../core/api.js";
import { form } from "../ui/form.js";
import { alone, greeting } from "../people/alone.js";

/** @import { PageContext } from "../core/router.js" */

/**
 * Where "unsubscribe" in a mail leads, without signing in. Only the button ends it: programs that look at mail for
 * viruses open links too.
 * @param {PageContext} context
 */
export function render({ parameters, setTitle }) {
    setTitle("Unsubscribe");
    const { page, show } = alone();
    show(
        greeting(
            "Stop these mails?",
            "You will get no more mails about this list or project. Your account stays as it is.",
        ),
        form({
            action: "Stop these mails",
            async submit() {
                await send(`/unsubscribe/${encodeURIComponent(parameters["token"] ?? "")}`, { method: "POST" });
                show(
                    greeting("No more of these mails", "You can follow the list or project again at any time."),
                    h("a", { class: "button primary", href: "/account" }, "Your account"),
                );
            },
        }),
    );
    return page;
}
