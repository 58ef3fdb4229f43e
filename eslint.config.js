import js from "@eslint/js";
import globals from "globals";

// Our scripts are plain deferred files, one behavior each; nothing bundles them.
export default [
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "script",
      globals: { ...globals.browser, Chart: "readonly", Idiomorph: "readonly", htmx: "readonly" },
    },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 200 }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-var": "error",
      "prefer-const": "error",
      strict: ["error", "function"],
    },
  },
];
