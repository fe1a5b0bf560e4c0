// Shows the search field, which only works with scripts, and hides the rows that do not match.
const field = document.getElementById('search');
if (field) {
  const rows = [...document.querySelectorAll('tbody tr')].map(row => [row, row.textContent.toLowerCase()]);
  const found = document.getElementById('found');
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every(word => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    found.textContent = field.value ? `${count} found` : '';
  };
  field.closest('.search').hidden = false;
  field.addEventListener('input', search);
  search();
}
