// Package verify verifies a bag (the BagIt zip of a case), a sealed PDF or an
// inclusion proof offline, and names the first item that is wrong.
//
// It uses only the standard library and shares no code with the packages that
// write bags, so that it does not repeat their mistakes. Input may be hostile:
// memory use is bounded whatever sizes a zip declares. The package does not check
// whether the content is true, whether the installation's clock was right, or who
// owns a key; for the last, set Options.Key.
package verify
