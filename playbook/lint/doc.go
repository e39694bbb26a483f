// Package lint reads a text that somebody wants to send about a mis-sent sum
// and says what in it could hurt: threats, insults, personal data, claims of
// crime, borrowed authority, pressure, deadlines that nobody may set.
//
// The words, reasons, articles and better wordings are data in rules/; this
// package is the engine. A text is first made plain: full-width letters,
// traditional characters and digits of any script are folded, and what is put
// between characters to hide a word is passed over. Every span still counts
// in the text as it was given.
//
// It judges words, not people or truth, and a text without findings is not
// legal advice. It knows no case and no clock. Anybody above recovery may
// import it; it imports recovery only.
package lint
