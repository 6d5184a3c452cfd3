/* Users: Enter in a field of the dialog does what its button says; a shown password is selected,
   and copied, also where the page came without https, which the newer way to copy demands. */
(function () {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("#users-question input")) return;
    event.preventDefault();
    const sure = document.getElementById("users-sure");
    if (sure && sure.style.display !== "none") sure.click();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.matches(".bem-copy")) return;
    document.querySelector(".bem-password-once").select();
    event.target.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl-C";
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".bem-password-once")) event.target.select();
  });
})();
