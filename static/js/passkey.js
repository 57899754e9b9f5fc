// Shows the passkey button where the browser has passkeys, and says so kindly when the device gives no answer.
const form = document.getElementById("passkey");

if (form && window.PublicKeyCredential && window.allauth) {
  form.hidden = false;
  window.allauth.webauthn.forms.loginForm({ ids: { login: "passkey-button", credential: "passkey-credential" } });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("passkey-trouble").hidden = false;
  });
}
