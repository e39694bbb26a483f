// Package heic decodes the photos of iPhones (HEIF with HEVC, ISO/IEC 23008-12).
//
// The decoder is libheif 1.18.2 with libde265 1.0.15, compiled to WebAssembly.
// heif.wasm.gz is lib/heif.wasm.gz of github.com/gen2brain/heic v0.4.5, byte for
// byte, under the LGPL-3.0; the licence texts are in this directory, and the file
// can be replaced by another build. That package is not used itself: it prefers
// the system's libheif when one is installed, and it limits neither memory nor
// time. Here a hostile photo gets 384 MB, a time limit and no access to files,
// clock or network. Decision 0014 has the measurements and the alternatives.
package heic
