// Package texts holds all texts that people read on pages, in mails and in the
// papers of a dossier. They are YAML files, one folder for each language, one
// file for each subject; the files of a language form one catalog.
//
// A text is a text/template. The catalog is checked when it is loaded: a key that
// occurs twice, an empty text, a template that does not parse, a value or function
// that the text may not use, and an article of law that law.yaml does not have are
// errors that name file, line and key. Callers get texts by key. A text that lacks
// a value shows its key in brackets; the tests of the callers reject that.
//
// Decode reads YAML that contains more than texts, for example the layout of a
// legal paper, into a type of the caller, with the same checks. The rules of a playbook
// are versioned and stay there; Parse reads their texts.
//
// Which values a text may use is declared in fields.go and
// fields_papers.go.
package texts
