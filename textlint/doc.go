// Package textlint reads a text that somebody wants to send about a mis-sent sum
// and says what in it could hurt: threats, insults, personal data, claims of
// crime, borrowed authority, pressure, deadlines that nobody may set.
//
// The words, reasons, articles and better wordings are data in rules/; this
// package is the engine. A text is first made plain: full-width letters,
// traditional characters and digits of any script are folded, and what is put
// between characters to hide a word is passed over. Every span still counts
// in the text as it was given. Words that people disguise are also known in
// Pinyin and in characters of the same sound, and what is quoted as said by
// somebody else is not held against the sender; his data still is.
//
// It judges words, not people or truth, and a text without findings is not
// legal advice. It knows no case and no clock. Anybody above recovery may
// import it; it imports recovery only.
package textlint
