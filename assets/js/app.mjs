// Everything here is a convenience: each page does its work without it.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { Checkboxes } from 'govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs'
import { Radios } from 'govuk-frontend/dist/govuk/components/radios/radios.mjs'
import { ServiceNavigation } from 'govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs'

const components = [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation]

/** Starts the components below an element; one already started is left alone. */
function start(scope) {
  if (navigator.geolocation) {
    for (const button of scope.querySelectorAll('[data-app-where]')) button.hidden = false
  }
  for (const Component of components) {
    const selector = `[data-module="${Component.moduleName}"]`
    const found = [...scope.querySelectorAll(selector)]
    if (scope.matches && scope.matches(selector)) found.unshift(scope)
    for (const element of found) {
      if (!element.hasAttribute(`data-${Component.moduleName}-init`)) new Component(element)
    }
  }
}

/** Says at the top of the page that the network did not answer, or that the service refused; or takes it away. */
function trouble(kind) {
  const box = document.getElementById('app-trouble')
  if (!box) return
  for (const line of box.children) line.hidden = line.dataset.trouble !== kind
  box.hidden = !kind
}

/** A form sent twice by an impatient finger is sent once; its button says so. */
function preventSecondSubmit(event) {
  const form = event.target
  if (event.defaultPrevented || form.method !== 'post') return
  if (form.dataset.sent) {
    event.preventDefault()
    return
  }
  form.dataset.sent = 'yes'
}

/** Writes where the device stands into the box beside the button, as phones of the field team write it. */
function whereIStand(button) {
  const box = document.getElementById(button.dataset.appWhere)
  const told = document.getElementById(`${button.dataset.appWhere}_where`)
  const say = (text) => {
    told.textContent = text
    told.hidden = false
  }
  say(told.dataset.waiting)
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const height = (coords.altitude || 0).toFixed(1)
      box.value = [coords.latitude.toFixed(6), coords.longitude.toFixed(6), height, coords.accuracy.toFixed(1)].join(' ')
      say(told.dataset.found.replace('%s', Math.ceil(coords.accuracy)))
      box.dispatchEvent(new Event('change', { bubbles: true }))
    },
    () => say(told.dataset.refused),
    { enableHighAccuracy: true, timeout: 30000, maximumAge: 0 },
  )
}

document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
start(document)

document.addEventListener('submit', preventSecondSubmit)
// No question turns on a chosen file: the page is not asked anew for it, and it travels once, when the page is sent.
document.addEventListener('change', (event) => event.target.type === 'file' && event.stopPropagation(), true)
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-app-print]')) window.print()
  const where = event.target.closest('[data-app-where]')
  if (where) whereIStand(where)
})
document.body.addEventListener('htmx:afterSettle', (event) => start(event.detail.elt))
document.body.addEventListener('htmx:afterRequest', (event) => {
  if (event.detail.elt && event.detail.elt.dataset) delete event.detail.elt.dataset.sent
  const { failed, successful, xhr } = event.detail
  if (successful || (xhr.status && !failed)) trouble('')
  else if ([409, 422].includes(xhr.status)) trouble('')
  else trouble(xhr.status ? 'refused' : 'network')
})
