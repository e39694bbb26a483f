package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// codeCrossSite is the refusal of a request that another site makes a browser send.
const codeCrossSite recovery.Code = "cross_site"

// ownSites are the values of Sec-Fetch-Site of requests that people make here themselves
// (Fetch Metadata Request Headers, W3C). Old browsers and other clients send none.
var ownSites = []string{"", "none", "same-origin"}

// refuseCrossSite refuses a request with an effect that comes from a page of another site.
// Without it, a link there could write into the journal that the visitor has looked at a
// file.
func refuseCrossSite(h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !slices.Contains(ownSites, c.Request().Header.Get("Sec-Fetch-Site")) {
			return &recovery.Fault{Code: codeCrossSite, Detail: "The request comes from another site."}
		}
		return h(c)
	}
}

// handleReading adds a GET that the journal records, because it shows a file or makes
// copies for papers.
func (w *Web) handleReading(e *echo.Echo, path string, h handler) {
	addGet(e, path, refuseCrossSite(w.withSession(h)))
}

// addPost adds a POST.
func addPost(e *echo.Echo, path string, h echo.HandlerFunc) {
	e.POST(path, refuseCrossSite(h))
}
