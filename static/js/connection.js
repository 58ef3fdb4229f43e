// Says on a live page that its server does not answer, takes it back when it does, and notices a sign-out.
(function () {
  "use strict";
  function show(isLost) {
    const bar = document.getElementById("connection");
    if (bar) {
      bar.hidden = !isLost;
    }
  }

  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:timeout", () => show(true));
  document.addEventListener("htmx:afterRequest", function (event) {
    const { status = 0, responseURL = "" } = event.detail.xhr ?? {};
    if (responseURL && new URL(responseURL).pathname === "/account/login/") {
      location.reload(); // signed out elsewhere: the page asks to sign in
    } else if (status > 0) {
      show(status >= 500);
    }
  });
})();
