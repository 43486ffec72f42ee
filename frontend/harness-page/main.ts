export { render } from "../src/index";
