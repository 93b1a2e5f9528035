import { h } from "../core/dom.js";
import { session } from "../core/session.js";
import { myRoles } from "../people/my-roles.js";
import { ownEmail, ownPassword } from "../people/own-access.js";
import { subscriptions } from "../people/subscriptions.js";
import { tokens } from "../people/tokens.js";

/** @import { Children } from "../core/dom.js" */
/** @import { PageContext } from "../core/router.js" */

/**
 * @param {string} id
 * @param {string} title
 * @param {...Children} content
 */
function section(id, title, ...content) {
    return h("section", { class: "card section", "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

/**
 * What everybody sees and changes of their own account.
 * @param {PageContext} context
 */
export function render({ signal, setTitle }) {
    setTitle("Your account");
    const account = session.value?.account;
    return h("main", { class: "narrow people" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Your account"),
            account?.administrator ? h("span", { class: "badge accent" }, "Administrator") : null,
            h("p", null, `You are signed in as ${account?.name ?? ""}. Here is what you may do, and how you sign in.`),
        ]),
        h("div", { class: "stack" }, [
            section("roles", "Your roles", myRoles(signal)),
            section("email", "E-mail address", ownEmail()),
            section("password", "Password", ownPassword()),
            section("following", "What you follow", subscriptions(signal)),
            section("tokens", "Access tokens", tokens(signal)),
        ]),
    ]);
}
