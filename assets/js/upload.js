/* Sends files to the server as they are, with progress; the answer goes into the page's store.
   One file is opened at once; several are sent one after the other and come as a list. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
  const TRIES = 12; // the server takes a few files at once, and says when to come back
  let running = null;
  let together = null; // of several files: those that wait, those that are there, how many


  function show(text, percent) {
    set("import-upload-text", { children: text });
    set("import-upload-progress", { value: percent });
    set("import-upload-running", { style: { display: percent === null ? "none" : "grid" } });
  }

  const label = (file) =>
    together ? together.done.length + together.failed + 1 + " of " + together.count + ": " + file.name : file.name;

  function start(files) {
    if (running) running.abort();
    together = files.length > 1
      ? { waiting: [...files].slice(1), done: [], failed: 0, count: files.length } : null;
    send(files[0], 1);
  }

  function next(upload) {
    if (!together) return upload ? set("import-upload", { data: upload }) : undefined;
    if (upload) together.done.push(upload); else together.failed += 1;
    if (together.waiting.length) return send(together.waiting.shift(), 1);
    const uploads = together.done;
    together = null;
    if (uploads.length > 1) set("import-batch-added", { data: uploads });
    else if (uploads.length) set("import-upload", { data: uploads[0] });
    return undefined;
  }

  function sendLater(file, tries, seconds) {
    show(label(file) + " waits: the server is receiving other files", 0);
    const timer = setTimeout(() => send(file, tries), 1000 * seconds);
    running = { abort: () => { clearTimeout(timer); running = together = null; show("", null); } };
  }

  function send(file, tries) {
    const request = (running = new XMLHttpRequest());
    request.open("PUT", "/uploads");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      show(label(file) + ", " + megabytes(event.loaded) + " of " + megabytes(file.size) + " MB",
        Math.round((100 * event.loaded) / Math.max(event.total, 1)));
    };
    request.onload = () => {
      running = null;
      const seconds = Number(request.getResponseHeader("Retry-After"));
      if (request.status === 503 && seconds > 0 && tries < TRIES) {
        return sendLater(file, tries + 1, seconds);
      }
      show("", null);
      if (request.status === 201) {
        const upload = JSON.parse(request.responseText);
        upload.modified = file.lastModified;
        return next(upload);
      }
      bem.refused(request.status, request.responseText, request.getResponseHeader("X-Request-Id"));
      return next(null);
    };
    request.onerror = () => {
      running = null;
      show("", null);
      bem.toast("error", "The upload of " + file.name + " was interrupted. Choose it again.");
      next(null);
    };
    request.onabort = () => { together = null; show("", null); };
    show(label(file), 0);
    request.send(file);
  }

  function choose() {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.addEventListener("change", () => { if (input.files.length) start(input.files); });
    input.click();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-bem-upload]")) choose();
    if (event.target.closest("[data-bem-upload-cancel]") && running) running.abort();
  });
  const zone = (event) => event.target.closest && event.target.closest("[data-bem-drop]");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault(); // a file dropped beside the zone must not replace the page
    const over = zone(event);
    if (over) over.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    const left = zone(event);
    if (left && !left.contains(event.relatedTarget)) left.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer || !event.dataTransfer.files.length) return;
    event.preventDefault();
    const target = zone(event);
    if (!target) return;
    target.classList.remove("over");
    start(event.dataTransfer.files);
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.upload = {
    /* Each answer about a check or an import asks for the next one; where one was lost (the server
       or the network was away) nobody asks any more, and the page would stand still. */
    askAgain: function (_ticks, checkJob, checked, checkCount, importJob, importCount, working, batchCount) {
      const same = window.dash_clientside.no_update;
      const waits = (job) => !bem.asking && job !== null && job !== undefined;
      const checking = waits(checkJob) && !(checked && checked.job === checkJob);
      return [
        checking ? (checkCount || 0) + 1 : same,
        waits(importJob) ? (importCount || 0) + 1 : same,
        working && !bem.asking ? (batchCount || 0) + 1 : same,
      ];
    },
  };
})();
