export { render } from "./missing.js";
