// Opens the part of a form that the address calls for: TLS keys for tcp://, SSH keys for ssh://.
document.addEventListener("input", (event) => {
  const { form, name, value } = event.target;
  if (!form) return;
  for (const fold of form.querySelectorAll("details[data-opens-for]")) {
    if (fold.dataset.opensFor === name) fold.open = value.startsWith(fold.dataset.prefix);
  }
});
