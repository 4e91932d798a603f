// Asks the browser for a passkey and sends its answer with the form around it. Without this, a code does the same work.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What the server wrote as text, as the bytes a browser expects.
function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const known of [...(options.allowCredentials || []), ...(options.excludeCredentials || [])]) known.id = bytes(known.id);
  return options;
}

// And the browser's answer as text.
function written(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = form.querySelector("[role=status]");
  if (!window.PublicKeyCredential || !navigator.credentials) continue;
  const button = form.querySelector("button");
  said.textContent = "";
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      const publicKey = readable(JSON.parse(form.dataset.options));
      form.elements.credential.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      form.submit();
    } catch {
      said.textContent = form.dataset.failed;
      button.disabled = false;
    }
  });
}
