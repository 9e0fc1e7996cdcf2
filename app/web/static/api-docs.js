// Shows the API's description, which the page's own element names. Nothing is fetched from
// anywhere else: the online validator is switched off.
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: false,
});
