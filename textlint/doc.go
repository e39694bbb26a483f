// Package textlint checks the text of a message, letter or appeal before it is
// sent. It finds threats, insults, personal data, accusations of crime, claims
// of false authority, pressure, and deadlines that the sender may not set.
//
// The word lists, patterns, reasons, articles and suggestions are data in
// rules/; this package is the engine. It first normalizes the text: full-width
// letters, traditional characters and digits of any script are replaced by their
// simple forms, and signs that people put between characters to hide a word are
// skipped. Findings still refer to positions in the text as given. Disguised
// words are also found in Pinyin and in characters of the same sound. Threats
// and insults that the sender quotes from another person are allowed; personal
// data in a quotation is not.
//
// The masker hides personal data in texts that go to another party. Its rules are
// in masks/. They find more than the linter: what accuses a sender must be surer than
// what covers a word.
//
// The package judges words, not people or facts. A text without findings is not
// legal advice. It does not use cases or the current time. It imports only
// recovery.
package textlint
