package web

import (
	"fmt"

	"recourse/texts"
)

// defaultLanguage is the language that has all pages.
const defaultLanguage = texts.Chinese

// pageTexts has the texts of the pages in one language.
type pageTexts struct{ *texts.Catalog }

// loadPageTexts returns the languages that have pages.
func loadPageTexts() (map[string]*pageTexts, error) {
	loaded := map[string]*pageTexts{}
	for _, language := range texts.Languages {
		catalog, err := texts.Load(language)
		if err != nil {
			return nil, err
		}
		if catalog.Has("site.name") {
			loaded[language] = &pageTexts{catalog}
		}
	}
	return loaded, nil
}

// T returns a text filled with pairs of name and value. A missing key is
// returned unchanged; the tests ensure that there is none.
func (w *pageTexts) T(key string, pairs ...any) string { return w.Text(key, pairs...) }

// Word returns the name of a value of an enumeration; empty stays empty.
func (w *pageTexts) Word(family string, value any) string {
	name := fmt.Sprint(value)
	if name == "" {
		return ""
	}
	return w.T(family + "." + name)
}
