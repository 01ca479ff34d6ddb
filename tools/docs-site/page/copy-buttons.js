/** Adds a button to each block of code. In a terminal block, it copies the commands without their comments. */
export function addCopyButtons() {
  if (navigator.clipboard === undefined) return;
  for (const block of document.querySelectorAll('figure.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', () => void copy(block, button));
    block.append(button);
  }
}

async function copy(block, button) {
  try {
    await navigator.clipboard.writeText(block.querySelector('code').textContent.trimEnd());
    button.textContent = 'Copied';
  } catch {
    // the browser does not allow it: the reader can still select the text
    button.textContent = 'Select and copy by hand';
  }
  setTimeout(() => (button.textContent = 'Copy'), 2000);
}
