package texts

import (
	"text/template"
	"time"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// functions are what a template may call. c may be nil; it resolves citations.
func functions(c *Catalog) template.FuncMap {
	return template.FuncMap{
		"date": func(layout string, at time.Time) string { return at.In(shanghai).Format(layout) },
		"law": func(article string) string {
			if c == nil {
				return missingText("law." + article)
			}
			return c.Text("law." + article + ".cite")
		},
	}
}
