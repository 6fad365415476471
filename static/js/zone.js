// Offers a new team the time zone of the machine at which it is made: who sets up a centre mostly sits in it.
export default function zone(select) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === here)) select.value = here;
}
