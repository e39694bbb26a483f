// Package verify checks a bag (the BagIt zip of a case) with no server, no
// database and no network, and names the first thing in it that is wrong.
//
// It imports nothing else of this module and shares no code with the writers,
// so that a mistake of theirs is not repeated here. It reads hostile files:
// memory is bounded whatever a zip claims. It does not judge what the papers
// say, whether the installation's clock was right, or whom a key belongs to:
// the last it leaves to Options.Key. Anything may import it.
package verify
