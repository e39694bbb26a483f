package web

import (
	"fmt"

	"recourse/texts"
)

// firstLanguage is the one in which every page exists.
const firstLanguage = texts.Chinese

// wording is the words of the pages in one language.
type wording struct{ *texts.Catalog }

// loadWordings returns the languages in which there are pages.
func loadWordings() (map[string]*wording, error) {
	loaded := map[string]*wording{}
	for _, language := range texts.Languages {
		catalog, err := texts.Load(language)
		if err != nil {
			return nil, err
		}
		if catalog.Has("site.name") {
			loaded[language] = &wording{catalog}
		}
	}
	return loaded, nil
}

// T returns a text filled with pairs of name and value. A key that does not exist
// shows itself, which the tests forbid.
func (w *wording) T(key string, pairs ...any) string { return w.Text(key, pairs...) }

// Word returns the name of a value of an enumeration; empty stays empty.
func (w *wording) Word(family string, value any) string {
	name := fmt.Sprint(value)
	if name == "" {
		return ""
	}
	return w.T(family + "." + name)
}
