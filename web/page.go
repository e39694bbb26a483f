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

// page is what every template gets; Body is the page's own model.
type page struct {
	Lang    string
	Title   string
	Visitor visitor
	Pace    int
	Now     time.Time
	Flash   string
	Bare    bool     // for a visitor by a link: no way to the rest of the site
	Unread  int      // notices the visitor has not read; -1 where there is no inbox
	Desk    bool     // dense layout of the desk
	Scripts []string // modules of assets/
	Body    any
}

// views are the templates of one language, by the page's name.
type views map[string]*template.Template

// loadViews parses layout, parts and each page once; a page is the layout with
// its own "main".
func loadViews(say *wording, files *assets) (views, error) {
	base, err := template.New("layout.html").Funcs(functions(say, files)).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	loaded := views{}
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

// functions are what a template may call beside its model.
func functions(say *wording, files *assets) template.FuncMap {
	return template.FuncMap{
		"t": say.T, "word": say.Word, "asset": files.path,
		"clock": clock, "minute": minute, "day": day, "machine": machineTime, "left": say.left,
		"yuan": yuan, "size": size, "short": short, "grouped": grouped,
		"dict": dict,
	}
}

// dict hands a part of the page several things under names.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	named := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		named[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return named, nil
}

// show renders a page. It is rendered whole before a byte is sent, so that a
// mistake never leaves half a page behind.
func (c *call) show(status int, view string, p page) error {
	p.Lang, p.Visitor, p.Now = c.say.Language, c.who, c.web.now()
	p.Unread = c.unread()
	p.Pace = max(p.Pace, c.web.service.Pace())
	if key := c.web.sessions.PopString(c.Request().Context(), sessionFlash); key != "" {
		p.Flash = c.say.T(key)
	}
	return c.render(status, view, p)
}

func (c *call) render(status int, view string, p page) error {
	found, known := c.web.pages[c.say.Language][view]
	if !known {
		return fmt.Errorf("web: no view %q", view)
	}
	var out bytes.Buffer
	if err := found.Execute(&out, p); err != nil {
		return fmt.Errorf("web: view %s: %w", view, err)
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", "5")
	}
	return c.HTMLBlob(status, out.Bytes())
}
