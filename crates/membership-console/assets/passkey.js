// Passkeys (Web Authentication). A form with `data-passkey` is sent once the browser's authenticator has answered what
// `data-options` asks. Whatever needs this is in the page, hidden, until it can be served.

const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
const encode = (buffer) => {
  const bytes = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const named = (list) => list?.map((item) => ({ ...item, id: decode(item.id) }));

// What browsers do by themselves since Web Authentication Level 3, for those that do not (5.1.8, 5.1.9 and 5.1.1).
const creationOptions = (json) =>
  PublicKeyCredential.parseCreationOptionsFromJSON?.(json) ?? {
    ...json,
    challenge: decode(json.challenge),
    user: { ...json.user, id: decode(json.user.id) },
    excludeCredentials: named(json.excludeCredentials),
  };
const requestOptions = (json) =>
  PublicKeyCredential.parseRequestOptionsFromJSON?.(json) ?? {
    ...json,
    challenge: decode(json.challenge),
    allowCredentials: named(json.allowCredentials),
  };
const written = (credential) => {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const parts = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) parts[part] = encode(response[part]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  };
};

const shown = async (kind, options) => {
  const { publicKey } = JSON.parse(options);
  const credential =
    kind === "create"
      ? await navigator.credentials.create({ publicKey: creationOptions(publicKey) })
      : await navigator.credentials.get({ publicKey: requestOptions(publicKey) });
  return JSON.stringify(written(credential));
};

// Browsers say very little on purpose: nobody is to learn from them who has which passkey.
const words = (error, atOnce) => {
  switch (error.name) {
    case "NotAllowedError":
      return atOnce
        ? "Nothing was shown. Press the button, and follow what your browser asks."
        : "Nothing was shown: it was cancelled, it took too long, or this device could not make sure that it is you.";
    case "InvalidStateError":
      return "This device holds a passkey of your account already.";
    case "SecurityError":
      return "Your browser takes no passkeys at this address.";
    default:
      return `Your browser could not do this (${error.name}).`;
  }
};

const serve = (form) => {
  const credential = form.elements.namedItem("credential");
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("[data-passkey-button]");
  let asking = false;
  const ask = async (atOnce) => {
    if (asking || !form.reportValidity()) return;
    asking = true;
    said.textContent = "";
    try {
      credential.value = await shown(form.dataset.passkey, form.dataset.options);
      // Not by the button: it would ask once more.
      form.submit();
    } catch (error) {
      said.textContent = words(error, atOnce);
      asking = false;
    }
  };
  button.hidden = false;
  // A page that comes back from the browser's memory asks anew.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      credential.value = "";
      asking = false;
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(false);
  });
  if ("atOnce" in form.dataset) ask(true);
};

const able = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const offer of document.querySelectorAll("[data-passkey-offer]")) offer.hidden = !able;
for (const missing of document.querySelectorAll("[data-passkey-missing]")) missing.hidden = able;
if (able) document.querySelectorAll("form[data-passkey]").forEach(serve);
