// A folded run opens when a link leads to it; on paper everything is unfolded.
const folded = () => document.querySelectorAll("details:not([open])");
const unfoldTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
};
addEventListener("hashchange", unfoldTarget);
addEventListener("DOMContentLoaded", unfoldTarget);
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...folded()];
  unfolded.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => {
  unfolded.forEach((details) => { details.open = false; });
});
