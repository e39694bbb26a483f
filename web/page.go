package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// page is the model of every template; Body is the model of the specific page.
type page struct {
	Lang           string
	Title          string
	Visitor        visitor
	Pace           int
	Now            time.Time
	Flash          string
	WithoutSession bool     // for counterparts: no links to the rest of the site
	Unread         int      // unread notifications; -1 without an inbox
	StaffLayout    bool     // dense layout for staff
	Scripts        []string // modules of assets/
	Body           any
}

// templateSet has the templates of one language by page name.
type templateSet map[string]*template.Template

// loadTemplates parses layout, parts and each page once. A page is the layout
// with its own "main".
func loadTemplates(texts *pageTexts, files *assets) (templateSet, error) {
	base, err := template.New("layout.html").Funcs(templateFunctions(texts, files)).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	loaded := templateSet{}
	for _, name := range names {
		plainName := strings.TrimSuffix(path.Base(name), ".html")
		if plainName == "layout" || strings.HasPrefix(plainName, "parts_") {
			continue
		}
		clone, err := base.Clone()
		if err != nil {
			return nil, err
		}
		if loaded[plainName], err = clone.ParseFS(templateFiles, name); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

// templateFunctions are the functions available in templates.
func templateFunctions(texts *pageTexts, files *assets) template.FuncMap {
	return template.FuncMap{
		"t": texts.T, "word": texts.Word, "asset": files.pathOf,
		"clock": formatTime, "minute": formatMinute, "day": formatDay, "machine": formatRFC3339, "left": texts.formatTimeLeft,
		"unread": formatUnread, "yuan": formatYuan, "size": formatSize, "short": shortenHash, "grouped": groupHash,
		"dict": namedValues,
	}
}

// namedValues passes several named values to a template.
func namedValues(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: the last name has no value")
	}
	named := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		named[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return named, nil
}

// showPage renders a page for the visitor.
func (c *pageContext) showPage(status int, view string, p page) error {
	p.Lang, p.Visitor, p.Now = c.texts.Language, c.visitor, c.web.now()
	p.Unread = c.countUnread()
	p.Pace = max(p.Pace, c.web.service.Pace())
	if c.isHead() { // the message is for the page that somebody sees
		return c.renderPage(status, view, p)
	}
	if key := c.web.sessions.PopString(c.Request().Context(), sessionFlash); key != "" {
		p.Flash = c.texts.T(key)
	}
	return c.renderPage(status, view, p)
}

// renderPage renders the whole page before it sends anything, so that an error
// never leaves half a page.
func (c *pageContext) renderPage(status int, view string, p page) error {
	found, known := c.web.pages[c.texts.Language][view]
	if !known {
		return fmt.Errorf("web: template %q does not exist", view)
	}
	var out bytes.Buffer
	if err := found.Execute(&out, p); err != nil {
		return fmt.Errorf("web: template %s: %w", view, err)
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", "5")
	}
	return c.HTMLBlob(status, out.Bytes())
}
