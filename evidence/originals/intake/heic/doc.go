// Package heic opens the photos of iPhones (HEIF with HEVC, ISO/IEC 23008-12).
//
// The decoder is libheif 1.18.2 with libde265 1.0.15, compiled to WebAssembly:
// heif.wasm.gz is the file of github.com/gen2brain/heic v0.4.5 (lib/), byte for
// byte, under the LGPL-3.0, whose texts lie beside it; anyone may put another
// build in its place. It runs here and not in that package, which loads the
// system's own libheif when there is one, hands out more memory than this house
// has, and cannot be stopped. Here a hostile photo meets 384 MB, a count of
// loop turns, and nothing else of the machine.
package heic
