/* Shows what needs script to those who have it, and says so when a passkey was not used. */
document.addEventListener('DOMContentLoaded', function () {
  if (!window.PublicKeyCredential) return
  document.querySelectorAll('[data-needs-script]').forEach(function (each) { each.hidden = false })
  document.querySelectorAll('[data-needs-no-script]').forEach(function (each) { each.hidden = true })
})
document.addEventListener('allauth.error', function (event) {
  const problem = document.querySelector('[data-passkey-problem]')
  if (!problem) return
  event.preventDefault()
  problem.setAttribute('role', 'alert')
  problem.hidden = false
  problem.tabIndex = -1
  problem.focus()
})
